/** Catalog -> what the template of index.html shows. Pure: the same catalogue gives the same view. */

import type { Catalog } from '../../catalog/catalog.ts';
import { thousands } from '../../text.ts';
import { type DatasetView, datasetView } from '../datasetView.ts';
import type { Facet } from '../list/facets.ts';
import type { FacetKey } from '../list/hash.ts';
import { type SiteView, siteView } from '../look/look.ts';
import type { PageOptions } from '../pages.ts';
import type { Table } from '../table/table.ts';
import { type Balance, balanceOf } from './balance.ts';
import { type Plot, plotOf } from './charts.ts';
import { type HeatMap, heatMapOf } from './heatMap.ts';
import { type Remark, remarksOf } from './remarks.ts';

export interface Link {
  text: string;
  /** Null where no address is known. */
  href: string | null;
}

export interface IndexPage {
  site: SiteView;
  dataset: DatasetView;
  citation: Link | null;
  licence: Link | null;
  homepage: Link | null;
  totals: { number: string; words: string }[];
  notes: string[];
  /** Why there are no plots at all. */
  noTypes: string;
  regions: Plot;
  transmitters: Plot;
  cells: Plot;
  balance: Balance;
  heat: HeatMap;
  remarks: Remark[];
  /** Whether a bodyId is found, too. */
  hasCells: boolean;
}

/** Settings take no address but one of the web. */
function linkOf(text: string | undefined, href: string | undefined): Link | null {
  return text === undefined && href === undefined ? null : { text: text ?? (href as string), href: href ?? null };
}

/** An address as people say it. */
function spoken(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/$/, '');
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

export function indexPage(catalog: Catalog, options: PageOptions, table: Table, all: readonly Facet[]): IndexPage {
  const { about } = options;
  const facets = Object.fromEntries(all.map((facet) => [facet.key, facet])) as Record<FacetKey, Facet>;
  const noTransmitter = 'no type has a known transmitter';
  const noRegion = catalog.mode === 'quick' ? 'no ROI data (quick mode)' : 'no type has ROI data';
  const regionNote = facets.region.shown ? '' : noRegion;
  const dataset = datasetView(catalog, about, options.generated);
  return {
    site: siteView(options.look, dataset.title),
    dataset,
    citation: linkOf(about.citation, about.citationUrl),
    licence: linkOf(about.licence, about.licenceUrl),
    homepage: linkOf(about.homepage && spoken(about.homepage), about.homepage),
    totals: totalsView(catalog),
    notes: options.notes,
    noTypes: table.length === 0 ? 'No cell has a type: there is nothing to list or to plot.' : '',
    regions: plotOf('Main region', facets.region, table, regionNote),
    transmitters: plotOf('Transmitter', facets.nt, table, noTransmitter),
    cells: plotOf('Cells per type', facets.cells, table, ''),
    balance: balanceOf(facets.side, table),
    heat: heatMapOf(facets.region, facets.nt, table, regionNote || (facets.nt.shown ? '' : noTransmitter)),
    remarks: remarksOf(catalog, facets),
    hasCells: table.cellsId !== null,
  };
}
