/** Catalog -> what the template of types.html shows before its script runs. Pure: the same catalogue gives the same view. */

import type { Catalog } from '../../catalog/catalog.ts';
import { thousands } from '../../text.ts';
import { type DatasetView, datasetView } from '../datasetView.ts';
import { type SiteView, siteView } from '../look/look.ts';
import type { PageOptions } from '../pages.ts';
import { fullNameOf, type Table } from '../table/table.ts';
import { transmitterOf } from '../transmitters.ts';
import type { Facet } from './facets.ts';
import { NO_VALUE, ROI_FACETS, totalsOf } from './facets.ts';
import type { ColumnKey, FacetKey } from './hash.ts';
import type { RowView } from './row.ts';
import { cellsOfFullBar, ROIS_IN_ROW, rowView } from './row.ts';

/** How many rows types.html holds before its script runs: more than most windows show, 2.6 kB each. */
const ROWS_RENDERED = 30;

/** How many values of a facet stand before "show all". */
const VALUES_AT_ONCE = 8;

export interface FacetView {
  key: FacetKey;
  label: string;
  open: boolean;
  /** `fullName` is the empty text where the label says it all. */
  values: { value: string; label: string; fullName: string; count: string; tone: string; later: boolean }[];
  later: string;
  /** The least and the greatest number, where any range can be asked for. */
  ends: { from: number; to: number } | null;
}

export interface TypesPage {
  site: SiteView;
  dataset: DatasetView;
  facets: FacetView[];
  /** `order` is what the column sorts by, `tip` what else its heading has to say. */
  columns: { key: ColumnKey; label: string; order: string; tip: string }[];
  /** Says in the style sheet's words which columns the dataset has. */
  columnClasses: string;
  rows: RowView[];
  roiSlots: number[];
  letters: { letter: string; names: string[] }[];
  /** Whether the site can be searched by its cells. */
  hasCells: boolean;
}

function facetView(facet: Facet, position: number, table: Table): FacetView {
  const totals = totalsOf(facet);
  const values = facet.values.map(({ value, label }, id) => ({
    value,
    label,
    fullName: ROI_FACETS.includes(facet.key) ? fullNameOf(table, value) : '',
    count: thousands(totals[id] as number),
    tone: facet.key === 'nt' ? (value === NO_VALUE ? 'none' : transmitterOf(value).tone) : '',
    // One more is shown instead of a button that would show one more.
    later: id >= VALUES_AT_ONCE && facet.values.length > VALUES_AT_ONCE + 1 && facet.numbers === undefined,
  }));
  return {
    key: facet.key,
    label: facet.label,
    open: position < 5,
    values,
    later: values.some(({ later }) => later) ? `all ${thousands(values.length)}` : '',
    ends: facet.numbers === undefined ? null : endsOf(facet.numbers),
  };
}

function endsOf(numbers: Float64Array): { from: number; to: number } {
  const ends = { from: numbers[0] ?? 0, to: numbers[0] ?? 0 };
  for (const number of numbers) {
    ends.from = Math.min(ends.from, number);
    ends.to = Math.max(ends.to, number);
  }
  return ends;
}

/** The letter under which a name stands in the plain list. */
function letterOf(name: string): string {
  const first = name.charAt(0).toUpperCase();
  if (/\d/.test(first)) return '0–9';
  return /\p{L}/u.test(first) ? first : 'other';
}

function byLetter(names: readonly string[]): TypesPage['letters'] {
  const letters: TypesPage['letters'] = [];
  for (const name of names) {
    const letter = letterOf(name);
    if (letters.at(-1)?.letter !== letter) letters.push({ letter, names: [] });
    letters.at(-1)?.names.push(name);
  }
  return letters;
}

const COLUMNS: { key: ColumnKey; label: string; order: string }[] = [
  { key: 'name', label: 'Type', order: 'name' },
  { key: 'cells', label: 'Cells', order: 'number of cells' },
  { key: 'sides', label: 'L | R', order: 'difference between left and right' },
  { key: 'region', label: 'Region', order: 'main region' },
  { key: 'rois', label: 'Where', order: 'highest share in one ROI' },
  { key: 'nt', label: 'NT', order: 'transmitter' },
  { key: 'class', label: 'Class', order: 'class' },
];

export function typesPage(catalog: Catalog, options: PageOptions, table: Table, facets: readonly Facet[]): TypesPage {
  const hasClass = facets.some(({ key, shown }) => shown && (key === 'class' || key === 'superclass'));
  const hasRegion = facets.some(({ key, shown }) => shown && key === 'region');
  const full = cellsOfFullBar(table);
  const scale = `Bars grow with the square root of the number of cells: a full bar is ${thousands(full)}, one with a gap is more. `;
  const columns = COLUMNS.filter(({ key }) => (key !== 'class' || hasClass) && (key !== 'region' || hasRegion));
  const dataset = datasetView(catalog, options.about, options.generated);
  return {
    site: siteView(options.look, dataset.title),
    dataset,
    facets: facets.filter(({ shown }) => shown).map((facet, position) => facetView(facet, position, table)),
    columns: columns.map((column) => ({ ...column, tip: column.key === 'sides' ? scale : '' })),
    columnClasses: `${hasClass ? '' : 'no-class'} ${hasRegion ? '' : 'no-region'}`.trim(),
    rows: table.names.slice(0, ROWS_RENDERED).map((_, type) => rowView(table, type, full)),
    roiSlots: Array.from({ length: ROIS_IN_ROW }, (_, slot) => slot),
    letters: byLetter(table.names),
    hasCells: table.cellsId !== null,
  };
}
