/** The public API. */
export { type BuildParts, buildCatalog } from './build.ts';
export { openStore } from './cache/stores.ts';
export { type Cache, createCache } from './cache/twoLevel.ts';
export type {
  Annotation,
  Catalog,
  Cell,
  CellCounts,
  CellsByType,
  Share,
  SynapseCounts,
  TypeEntry,
} from './catalog/catalog.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Config, type ConfigSources, loadConfig } from './config.ts';
export type {
  Answer,
  Ask,
  CatalogueRow,
  CellRow,
  Connectome,
  DatasetDescription,
  PartnerRow,
  RoiCountRow,
  RoiNode,
  TypedAnswer,
  TypeRange,
  TypeSize,
} from './connectome/connectome.ts';
export { openConnectome } from './connectome/open.ts';
export { ConfigError, ConnectError, DecodeError, QueryError, type QueryFailure, WriteError } from './errors.ts';
export { type Lookup, type LookupAnswer, runBatch } from './lookup/batch.ts';
export { createLoader, type Loader, type LoaderOptions } from './lookup/loader.ts';
export { createRetries, type Retries, type RetryOptions } from './lookup/retry.ts';
export { createTwoWays, type TwoWays, type TwoWaysOptions } from './lookup/twoWays.ts';
export {
  modelOf,
  type Outcome,
  onLanded,
  onSent,
  type PaceState,
  type Plan,
  planOf,
  startPace,
} from './pace/controller.ts';
export { createGate, type Gate } from './pace/gate.ts';
export type { PaceModel } from './pace/model.ts';
export type { PaceOptions } from './pace/options.ts';
export { fetchPartners } from './partners.ts';
export { createRun, type Report, type Run, type RunEvent } from './report.ts';
export type { Settings } from './settings.ts';
export { nameOfSlug, slugOf } from './site/slug.ts';
