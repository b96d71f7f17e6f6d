/** CSV (RFC 4180), or the same with tabs, that a spreadsheet shows and does not run: written at build time and by the page. */

export type CsvValue = string | number | null | undefined;

/** Between the values of one cell; no annotation that is known holds it. */
export const LIST_SEPARATOR = ' | ';

/** @param delimiter a comma or a tab */
export function csvText(rows: Iterable<readonly CsvValue[]>, delimiter = ','): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(`${row.map((value) => csvCell(value, delimiter)).join(delimiter)}\r\n`);
  return lines.join('');
}

/**
 * An unknown value is an empty cell, never a zero. A spreadsheet runs a cell that begins with = + - @ (or a tab or
 * a return before one) as a formula: such a text gets an apostrophe in front, and so does one that begins with an
 * apostrophe. Take off one and it is as it was.
 */
export function csvCell(value: CsvValue, delimiter = ','): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const guarded = /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
  return /["\r\n]/.test(guarded) || guarded.includes(delimiter) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
