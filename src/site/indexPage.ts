/** Catalog -> what the template of index.html shows. Pure: the same catalogue gives the same view. */

import type { Catalog } from '../catalog/catalog.ts';
import type { Bar } from './charts.ts';
import { barsOf } from './charts.ts';
import { type DatasetView, datasetView } from './datasetView.ts';
import type { Facet } from './facets.ts';
import { NO_VALUE, totalsOf } from './facets.ts';
import type { FacetKey } from './hash.ts';
import { linkToFacet } from './hash.ts';
import type { PageOptions } from './pages.ts';
import type { Table } from './table.ts';
import { counted, thousands } from './text.ts';

/** How many bars of a plot stand before its fold. */
const BARS_AT_ONCE = 16;

export interface Link {
  text: string;
  /** Null where no address is known. */
  href: string | null;
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
  /** Whether a bodyId is found, too. */
  hasCells: boolean;
}

/** Settings take no address but one of the web. */
function linkOf(text: string | undefined, href: string | undefined): Link | null {
  return text === undefined && href === undefined ? null : { text: text ?? (href as string), href: href ?? null };
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
    hasCells: table.cellsId !== null,
  };
}
