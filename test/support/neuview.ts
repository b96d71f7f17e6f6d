/** The cells of which neuView tells something else than there is, each type here for one of its defects. */
import type { SmallConnectome } from './connectome.ts';

export const QUOTED = '"KC"';
/** As it would be put into a query between double quotes. */
export const BREAKING_OUT = 'x" OR n.type <> "';
export const LONG_AND_TWO = 'INXXX447, INXXX449';
/** Two names in one text, the first by three papers. */
export const PC1_SYNONYMS = 'Lee 2002, Rideout 2010, Nojima 2021: pC1, Sten 2025: pC1x';

export const MISTAKEN: SmallConnectome = {
  dataset: 'mistaken',
  tag: 'v1',
  types: {
    // One file of neuView's cache serves both.
    "KCa'b'-m": { sides: 'LLLRR', rois: { "b'L": [50, 300] }, properties: { flywireType: 'KCapbp-m' } },
    'KCab-m': { sides: 'LLLLRRR', rois: { aL: [70, 900] }, properties: { flywireType: 'KCab' } },
    [LONG_AND_TWO]: { sides: 'LR', rois: { T1: [5, 5] } },
    INXXX450: { sides: 'LR', rois: { T1: [5, 5] } },
    // Making BM removes the pages of BM_InOm.
    BM: { sides: 'LR', rois: { GNG: [5, 5] } },
    BM_InOm: { sides: 'LLRR', rois: { GNG: [5, 5] } },
    // A name that is a number, in an ROI whose name holds commas, and one that is in a part of that name.
    '123': { sides: 'R', rois: { 'CRE(-ROB,-RUB)(R)': [5, 5] } },
    '124': { sides: 'R', rois: { '-RUB': [5, 5] } },
    'one and a middle': { sides: 'LM', rois: { FB: [5, 5] } },
    // 1.2 % in either half, 2.4 % in both.
    halves: { sides: 'L', rois: { 'ME(L)': [0, 12], 'ME(R)': [0, 12], LO: [0, 976] } },
    lost: { sides: '--', rois: { LO: [0, 9] } },
    P1_1: { sides: 'LR', rois: { LO: [0, 9] }, properties: { synonyms: PC1_SYNONYMS } },
    pC1xtra: { sides: 'LR', rois: { LO: [0, 9] } },
    // Of names in quotes neuView strips those; others end its queries.
    KC: { sides: 'L', rois: { LO: [0, 9] } },
    [QUOTED]: { sides: 'LLR', rois: { LO: [0, 9] } },
    [BREAKING_OUT]: { sides: 'RR', rois: { LO: [0, 9] } },
  },
};
