/** Catalog -> what the templates show. Pure: the same catalogue gives the same views. */

import type { Catalog } from '../catalog/catalog.ts';
import type { Bar } from './charts.ts';
import { barsOf } from './charts.ts';
import type { Facet } from './facets.ts';
import { NO_VALUE, totalsOf } from './facets.ts';
import type { ColumnKey, FacetKey } from './hash.ts';
import { linkToFacet } from './hash.ts';
import type { About, PageOptions } from './pages.ts';
import type { RowView } from './row.ts';
import { cellsOfFullBar, ROIS_IN_ROW, rowView } from './row.ts';
import type { Table } from './table.ts';
import { counted, day, thousands } from './text.ts';
import { transmitterOf } from './transmitters.ts';

/** How many rows types.html holds before its script runs. */
const ROWS_RENDERED = 50;

/** How many values of a facet stand before "show all", and bars of a plot before its fold. */
const VALUES_AT_ONCE = 8;
const BARS_AT_ONCE = 16;

export interface Link {
  text: string;
  /** Null where no address is known. */
  href: string | null;
}

/** What both pages say of the dataset. */
export interface DatasetView {
  title: string;
  tag: string;
  edited: string;
  uuid: string;
  generated: string;
  types: string;
  cells: string;
  quick: boolean;
}

export interface Remark {
  words: string;
  href: string | null;
}

export interface Plot {
  title: string;
  bars: Bar[];
  rest: Bar[];
  /** Why there is nothing to draw. */
  note: string;
}

export interface IndexPage {
  dataset: DatasetView;
  citation: Link | null;
  licence: Link | null;
  homepage: string | null;
  totals: { number: string; words: string }[];
  notes: string[];
  regions: Plot;
  transmitters: Plot;
  cells: Bar[];
  remarks: Remark[];
}

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
}

/** Settings take no address but one of the web. */
function linkOf(text: string | undefined, href: string | undefined): Link | null {
  return text === undefined && href === undefined ? null : { text: text ?? (href as string), href: href ?? null };
}

function datasetView(catalog: Catalog, about: About, generated: string): DatasetView {
  const { dataset, totals } = catalog;
  return {
    title: about.title ?? dataset.name,
    tag: dataset.tag ?? '',
    edited: dataset.lastDatabaseEdit === null ? '' : day(dataset.lastDatabaseEdit),
    uuid: dataset.uuid ?? '',
    generated: day(generated),
    types: counted(totals.types, 'type'),
    cells: counted(totals.cells, 'cell'),
    quick: catalog.mode === 'quick',
  };
}

function totalsView({ totals }: Catalog): IndexPage['totals'] {
  const one = (number: number, singular: string, plural: string): { number: string; words: string } => ({
    number: thousands(number),
    words: number === 1 ? singular : plural,
  });
  return [
    one(totals.types, 'cell type', 'cell types'),
    one(totals.cells, 'typed cell', 'typed cells'),
    one(totals.untyped, 'untyped cell, not listed', 'untyped cells, not listed'),
    one(totals.pre, 'output site', 'output sites'),
    one(totals.post, 'input site', 'input sites'),
  ];
}

function plot(title: string, facet: Facet, types: number, note: string): Plot {
  const bars = facet.shown ? barsOf(facet, types) : [];
  return { title, bars: bars.slice(0, BARS_AT_ONCE), rest: bars.slice(BARS_AT_ONCE), note: facet.shown ? '' : note };
}

/** What needs a curator's eye; a count of zero is said too, without a link. */
function remarksView(table: Table, facets: Record<FacetKey, Facet>): Remark[] {
  const total = (key: FacetKey, value: string): number => {
    const facet = facets[key];
    return totalsOf(facet)[facet.values.findIndex((known) => known.value === value)] ?? 0;
  };
  const oneSided = total('side', 'left') + total('side', 'right');
  const found: [count: number, rest: string, href: string][] = [
    [total('nt', NO_VALUE), 'without a known transmitter', linkToFacet('nt', NO_VALUE)],
    [oneSided, 'in one hemisphere only', linkToFacet('side', 'left', 'right')],
    [total('side', 'unknown'), 'with cells of unknown side', linkToFacet('side', 'unknown')],
  ];
  if (table.mode === 'full') {
    found.push(
      [total('data', 'failed'), 'whose ROI data failed', linkToFacet('data', 'failed')],
      [total('data', 'notAsked'), 'without ROI data', linkToFacet('data', 'notAsked')],
    );
  }
  const remarks: Remark[] = found.map(([count, rest, href]) => ({
    words: `${counted(count, 'type')} ${rest}`,
    href: count === 0 ? null : href,
  }));
  if (table.mode === 'quick') remarks.push({ words: 'ROI data were not asked for (quick mode)', href: null });
  return remarks;
}

export function indexPage(catalog: Catalog, options: PageOptions, table: Table, all: readonly Facet[]): IndexPage {
  const { about } = options;
  const facets = Object.fromEntries(all.map((facet) => [facet.key, facet])) as Record<FacetKey, Facet>;
  const noRegion = catalog.mode === 'quick' ? 'no ROI data (quick mode)' : 'no type has ROI data';
  return {
    dataset: datasetView(catalog, about, options.generated),
    citation: linkOf(about.citation, about.citationUrl),
    licence: linkOf(about.licence, about.licenceUrl),
    homepage: about.homepage ?? null,
    totals: totalsView(catalog),
    notes: options.notes,
    regions: plot('Types by main region', facets.region, table.length, noRegion),
    transmitters: plot('Types by transmitter', facets.nt, table.length, 'no type has a known transmitter'),
    cells: barsOf(facets.cells, table.length),
    remarks: remarksView(table, facets),
  };
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
  };
}
