/** `neurodex load`: a connectome file -> an empty Neo4j. */
import { existsSync } from 'node:fs';
import { openDatabase } from '../connectome/file/database.ts';
import { type LoadResult, loadNeo4j } from '../connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../connectome/neo4j/neo4j.ts';
import { ConfigError } from '../errors.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import type { Context } from './context.ts';

/** @throws ConfigError if there is no such file, or the database holds anything */
export async function loadFile(settings: Settings, into: string, context: Context): Promise<LoadResult> {
  const { source, database, username, password } = settings;
  const { signal } = context;
  const run = createRun('load', context.clock.now, context.onEvent);
  if (source === undefined || !existsSync(source)) {
    throw new ConfigError(
      `--source: expected a file made by "neurodex import", got ${JSON.stringify(source ?? null)}.`,
    );
  }
  const file = await openDatabase(source);
  try {
    const server = await run.phase('connect', () => connectNeo4j({ uri: into, database, username, password }, signal));
    try {
      return await run.phase('load', () =>
        loadNeo4j(file, server, { signal, onProgress: (what, done, total) => run.progress(done, total, what) }),
      );
    } finally {
      await server.close();
    }
  } finally {
    file.close();
  }
}
