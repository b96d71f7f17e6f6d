/** A partner row as any source gives it. */
import { DecodeError } from '../errors.ts';
import type { PartnerRow } from './connectome.ts';

/** @throws DecodeError if a count is no whole number, or too large to be added up */
export function partnerRow(row: PartnerRow): PartnerRow {
  if (Number.isSafeInteger(row.pairs) && Number.isSafeInteger(row.weight)) return row;
  throw new DecodeError(
    `Type ${JSON.stringify(row.type)}, ${row.direction} partner ${JSON.stringify(row.partner)}: expected whole numbers of pairs and synapses, got ${row.pairs} and ${row.weight}.`,
  );
}
