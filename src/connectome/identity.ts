/** Connectome.id of a source, which can be told without opening it: what is kept of it is found by that. */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { parsedUri } from './neo4j/boltUri.ts';
import { neuprintOrigin } from './neuprint/neuprintUrl.ts';

/** @throws ConfigError as parsedUri does */
export function boltId(uri: string, database = 'neo4j', dataset?: string): string {
  parsedUri(uri);
  return `${uri}/${database}/${dataset ?? ''}`;
}

/** @throws ConfigError as neuprintOrigin does */
export function neuprintId(url: string, dataset?: string): string {
  return `${neuprintOrigin(url)}/${dataset ?? ''}`;
}

export function fileId(file: string): string {
  return `duckdb:${existsSync(file) ? realpathSync(file) : resolve(file)}`;
}
