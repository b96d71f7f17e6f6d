/** Catalog -> what the template of types.html shows before its script runs. Pure: the same catalogue gives the same view. */

import type { Catalog } from '../catalog/catalog.ts';
import { type DatasetView, datasetView } from './datasetView.ts';
import type { Facet } from './facets.ts';
import { NO_VALUE, totalsOf } from './facets.ts';
import type { ColumnKey, FacetKey } from './hash.ts';
import type { PageOptions } from './pages.ts';
import type { RowView } from './row.ts';
import { cellsOfFullBar, ROIS_IN_ROW, rowView } from './row.ts';
import type { Table } from './table.ts';
import { thousands } from './text.ts';
import { transmitterOf } from './transmitters.ts';

/** How many rows types.html holds before its script runs. */
const ROWS_RENDERED = 50;

/** How many values of a facet stand before "show all". */
const VALUES_AT_ONCE = 8;

export interface FacetView {
  key: FacetKey;
  label: string;
  open: boolean;
  values: { value: string; label: string; count: string; tone: string; later: boolean }[];
  later: string;
}

export interface TypesPage {
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

function facetView(facet: Facet, position: number): FacetView {
  const totals = totalsOf(facet);
  const values = facet.values.map(({ value, label }, id) => ({
    value,
    label,
    count: thousands(totals[id] as number),
    tone: facet.key === 'nt' ? (value === NO_VALUE ? 'none' : transmitterOf(value).tone) : '',
    // One more is shown instead of a button that would show one more.
    later: id >= VALUES_AT_ONCE && facet.values.length > VALUES_AT_ONCE + 1 && facet.key !== 'cells',
  }));
  return {
    key: facet.key,
    label: facet.label,
    open: position < 5,
    values,
    later: values.some(({ later }) => later) ? `all ${thousands(values.length)}` : '',
  };
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
  return {
    dataset: datasetView(catalog, options.about, options.generated),
    facets: facets.filter(({ shown }) => shown).map(facetView),
    columns: columns.map((column) => ({ ...column, tip: column.key === 'sides' ? scale : '' })),
    columnClasses: `${hasClass ? '' : 'no-class'} ${hasRegion ? '' : 'no-region'}`.trim(),
    rows: table.names.slice(0, ROWS_RENDERED).map((_, type) => rowView(table, type, full)),
    roiSlots: Array.from({ length: ROIS_IN_ROW }, (_, slot) => slot),
    letters: byLetter(table.names),
    hasCells: table.cellsId !== null,
  };
}
