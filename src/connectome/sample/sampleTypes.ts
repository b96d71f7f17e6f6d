/** The anatomy and the types of the synthetic connectome: names, classes, transmitters, places. Pure and seeded. */
import type { RoiNode } from '../connectome.ts';

/** A name and its parts. (B) stands for a left and a right half, * marks a primary ROI. */
type Part = readonly [name: string, ...parts: Part[]];

/** A brain in miniature, with what trips tools up: ROIs that differ in case only, commas, sub ROIs of primaries. */
const ANATOMY: readonly Part[] = [
  ['OL(B)', ['ME(B)*', ['ME_layer_01(B)'], ['ME_layer_02(B)']], ['LO(B)*'], ['LOP(B)*'], ['AME(B)*']],
  ['MB(B)', ['CA(B)*'], ['PED(B)*'], ['aL(B)*', ["a'L(B)"]], ['bL(B)*'], ['gL(B)*']],
  ['CX', ['FB*', ['FBl1'], ['FBl2'], ['FBl3']], ['EB*'], ['PB*', ['PB(L1)'], ['PB(R1)']], ['NO*']],
  ['LX(B)', ['LAL(B)*', ['LAL(-GA)(B)']], ['BU(B)*']],
  ['VLNP(B)', ['AOTU(B)*'], ['AVLP(B)*'], ['PVLP(B)*'], ['PLP(B)*'], ['WED(B)*']],
  ['SNP(B)', ['SLP(B)*'], ['SIP(B)*'], ['SMP(B)*']],
  ['LH(B)*'],
  ['INP', ['CRE(B)*', ['CRE(-ROB,-RUB)(B)']], ['SCL(B)*'], ['ICL(B)*'], ['IB*'], ['ATL(B)*']],
  ['AL(B)*', ['AL-DA1(B)'], ['AL-VM2(B)']],
  ['VMNP', ['VES(B)*'], ['EPA(B)*'], ['GOR(B)*'], ['SPS(B)*']],
  ['PENP', ['SAD*'], ['FLA(B)*'], ['PRW*']],
  ['GNG*'],
];

export interface SampleRoi {
  name: string;
  parent: string | null;
  isPrimary: boolean;
}

export interface Anatomy {
  hierarchy: RoiNode;
  /** Every ROI, parents before their parts. */
  rois: SampleRoi[];
}

export function sampleAnatomy(): Anatomy {
  const rois: SampleRoi[] = [];
  const expand = ([text, ...parts]: Part, parent: string | null, half: 'L' | 'R' | null): RoiNode[] => {
    if (text.includes('(B)') && half === null) {
      return [...expand([text, ...parts], parent, 'L'), ...expand([text, ...parts], parent, 'R')];
    }
    const name = text.replace('(B)', `(${half})`).replace('*', '');
    rois.push({ name, parent, isPrimary: text.includes('*') });
    const children = parts.flatMap((part) => expand(part, name, half));
    return [children.length > 0 ? { name, children } : { name }];
  };
  return { hierarchy: { name: 'sample-brain', children: ANATOMY.flatMap((part) => expand(part, null, null)) }, rois };
}

export interface SampleType {
  name: string;
  cells: number;
  /** Which sides its cells take in turn. */
  sides: readonly ('L' | 'R' | 'M')[];
  superclass: string;
  class: string | null;
  hemilineage: string | null;
  consensusNt: string | null;
  synonyms: string | null;
  flywireType: string | null;
  dimorphism: string | null;
  /** Synapses of an average cell. */
  meanPre: number;
  meanPost: number;
  /** Primary ROIs, without their half, with the shares of outputs and inputs on the cell's own side. */
  places: { stem: string; pre: number; post: number }[];
}

/** Names that real datasets hold or might, each of which has broken a tool. */
const AWKWARD_NAMES = [
  "KCa'b'-m",
  'KCab-m',
  'DNp16/17',
  'Giant Fiber',
  '5-HTPMPD01',
  'PEN_a(PEN1)',
  'VP2+_adPN',
  'LNd_CRY+',
  'LNd_CRY-',
  'INXXX447, INXXX449',
  'Mi1_L',
  'mi1_l',
  'a"b\\c:Neuron',
  '<b>bold</b> & co',
  '=SUM(A1)',
  '../up',
  'Ünï🧠',
];

const FAMILIES = [
  { prefix: 'SMP', superclass: 'cb_intrinsic', class: null, stems: ['SMP', 'SIP', 'SLP', 'CRE'] },
  { prefix: 'AVLP', superclass: 'cb_intrinsic', class: null, stems: ['AVLP', 'PVLP', 'PLP', 'WED'] },
  { prefix: 'LHAV', superclass: 'cb_intrinsic', class: 'LHLN', stems: ['LH', 'SLP', 'SIP', 'CA'] },
  { prefix: 'KC', superclass: 'cb_intrinsic', class: 'Kenyon_Cell', stems: ['CA', 'PED', 'aL', 'bL', 'gL'] },
  { prefix: 'FB', superclass: 'cb_intrinsic', class: 'CX', stems: ['FB', 'SMP', 'EB', 'NO'] },
  { prefix: 'LC', superclass: 'visual_projection', class: null, stems: ['LO', 'AOTU', 'PVLP', 'PLP'] },
  { prefix: 'Tm', superclass: 'ol_intrinsic', class: null, stems: ['ME', 'LO', 'LOP'] },
  { prefix: 'lLN', superclass: 'cb_intrinsic', class: 'ALLN', stems: ['AL', 'LH', 'CA'] },
  { prefix: 'DNg', superclass: 'descending_neuron', class: null, stems: ['GNG', 'SAD', 'FLA', 'VES'] },
  { prefix: 'AN', superclass: 'ascending_neuron', class: null, stems: ['GNG', 'SAD', 'IPS', 'PRW'] },
  { prefix: 'CL', superclass: 'cb_intrinsic', class: null, stems: ['SCL', 'ICL', 'IB', 'ATL'] },
  { prefix: 'VES', superclass: 'cb_intrinsic', class: null, stems: ['VES', 'EPA', 'GOR', 'SPS', 'LAL'] },
] as const;

const TRANSMITTERS = [
  'acetylcholine',
  'acetylcholine',
  'acetylcholine',
  'gaba',
  'glutamate',
  'glutamate',
  'dopamine',
  'serotonin',
  'octopamine',
  'histamine',
  'unclear',
];

/** Named types that are one-sided or unpaired are the exception: 8 of 10 are bilateral. */
const SIDES = [
  ['L', 'R'],
  ['L', 'R'],
  ['R', 'L'],
  ['L', 'R'],
  ['R', 'L'],
  ['L', 'R'],
  ['L', 'R'],
  ['R', 'L'],
  ['R'],
  ['M'],
] as const;

/** As many types as asked for, `cells` cells in all, few types with many cells and many with few. */
export function sampleTypes(options: { types: number; cells: number; seed: number }): SampleType[] {
  const random = mulberry32(options.seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const sizes = longTail(options.types, options.cells);
  return sizes.map((cells, i) => {
    const family = FAMILIES[i % FAMILIES.length] as (typeof FAMILIES)[number];
    const name =
      AWKWARD_NAMES[i - 3] ?? `${family.prefix}${String(Math.floor(i / FAMILIES.length) + 1).padStart(3, '0')}`;
    const isOptic = family.superclass === 'ol_intrinsic';
    return {
      name,
      cells,
      sides: pick(SIDES),
      superclass: family.superclass,
      class: family.class,
      hemilineage:
        random() < 0.6
          ? `${pick(['SLP', 'DM', 'VLP', 'LH'])}${pick(['a', 'd', 'pl'])}${1 + Math.floor(random() * 6)}`
          : null,
      consensusNt: random() < 0.92 ? pick(TRANSMITTERS) : null,
      synonyms: random() < 0.1 ? `Author 2020: ${family.prefix.toLowerCase()}-${i}` : null,
      flywireType: random() < 0.3 ? `${family.prefix}.${i}` : null,
      dimorphism: random() < 0.03 ? pick(['male-specific', 'sexually dimorphic']) : null,
      meanPre: Math.round((isOptic ? 60 : 200) * (0.3 + 3 * random() ** 2)),
      meanPost: Math.round((isOptic ? 120 : 700) * (0.3 + 3 * random() ** 2)),
      places: placesOf(family.stems, random),
    };
  });
}

function placesOf(stems: readonly string[], random: () => number): SampleType['places'] {
  const places = stems.map((stem, i) => ({ stem, pre: random() ** 2 / (i + 1), post: random() ** 2 / (i + 1) }));
  const pre = places.reduce((sum, place) => sum + place.pre, 0);
  const post = places.reduce((sum, place) => sum + place.post, 0);
  return places.map((place) => ({ stem: place.stem, pre: place.pre / pre, post: place.post / post }));
}

/** Sizes that fall with the rank and add up to `cells`, each at least 1. */
function longTail(types: number, cells: number): number[] {
  const weights = Array.from({ length: types }, (_, i) => 1 / (i + 4));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = cells - types;
  const sizes = weights.map((weight) => 1 + Math.floor((spare * weight) / total));
  const rest = cells - sizes.reduce((sum, size) => sum + size, 0);
  // Rounding leaves fewer than one cell a type: the largest types take them.
  for (let i = 0; i < rest; i++) sizes[i] = (sizes[i] as number) + 1;
  return sizes;
}

/** A small seeded generator, the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
