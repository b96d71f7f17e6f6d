/** What a neuPrint server answers under which path: neuPrintHTTP's own replies, word for word where a client reads them. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Access, refusedDataset, refusedToken } from './access.ts';
import type { NeuprintDatabase } from './database.ts';
import { withLabelsOf } from './labels.ts';
import { goJson, replyText } from './replyText.ts';

const SERVER_VERSION = '1.9.2';
const MODEL_VERSION = '0.5.0';

export interface Reply {
  status: number;
  text: string;
}

export interface Asked {
  method: string;
  path: string;
  searchParams: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RouteOptions {
  database: NeuprintDatabase;
  access: Access | undefined;
  listFails: boolean | undefined;
  location: string;
}

type Answer = (asked: Asked) => Reply | Promise<Reply>;

/** A store's datasets are looked up once, as the original does when it starts. */
export async function createRoutes(options: RouteOptions): Promise<Answer> {
  const { database, access, listFails, location } = options;
  const known = new Set((await database.datasets()).map(([name]) => name.toLowerCase()));

  const custom: Answer = async ({ headers, body }) => {
    const bad = (error: string): Reply => json(400, { error });
    const query = customQuery(headers['content-type'], body);
    if (query === null) return bad('request object not formatted correctly');
    const { cypher, dataset, version } = query;
    if (!isSubset(version, MODEL_VERSION)) return bad('neo4j data model version incompatible');
    if (dataset !== '' && !known.has(dataset.toLowerCase()))
      return json(404, { error: `dataset ${JSON.stringify(dataset)} not available in stores` });
    const refusal = refusedDataset(access, dataset, headers.authorization !== undefined);
    if (refusal !== null) return json(refusal.status, refusal.body);
    const rewritten = withLabelsOf(dataset, cypher);
    const answered = await database.ask(rewritten).catch((error: Error) => error);
    if (answered instanceof Error) return bad(answered.message);
    try {
      return { status: 200, text: replyText(answered.columns, answered.rows, rewritten) };
    } catch (error) {
      if (error instanceof RangeError) return INTERNAL;
      throw error;
    }
  };

  const datasets: Answer = async ({ searchParams }) => {
    if (listFails) return INTERNAL;
    const listed = await database.datasets().catch(() => null);
    if (listed === null) return INTERNAL;
    const wantsHidden = searchParams.get('hidden') === 'true';
    return json(200, Object.fromEntries(listed.filter(([, { hidden }]) => wantsHidden || !hidden)));
  };

  const paths: Record<string, Record<string, Answer>> = {
    '/api/custom/custom': { GET: custom, POST: custom },
    '/api/version': { GET: () => json(200, { Version: SERVER_VERSION }) },
    '/api/serverinfo': {
      GET: () => json(200, { IsPublic: (access?.publicDatasets ?? ['all']).length > 0, Version: SERVER_VERSION }),
    },
    '/api/available': { GET: () => json(200, available(paths)) },
    '/api/dbmeta/datasets': { GET: datasets },
    '/api/dbmeta/version': { GET: () => json(200, { Version: MODEL_VERSION }) },
    '/api/dbmeta/database': { GET: () => json(200, { Location: location, Description: 'neuPrint-bolt' }) },
  };

  return async (asked) => {
    const refusal = refusedToken(access, asked.headers.authorization);
    if (refusal !== null) return json(refusal.status, refusal.body);
    const methods = paths[asked.path];
    if (methods === undefined) return json(404, { message: 'Not Found' });
    return (await methods[asked.method]?.(asked)) ?? json(405, { message: 'Method Not Allowed' });
  };
}

const INTERNAL = json(500, { message: 'Internal Server Error' });

function json(status: number, value: unknown): Reply {
  return { status, text: `${goJson(value)}\n` };
}

function available(paths: Record<string, Record<string, Answer>>): { method: string; path: string }[] {
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path })));
}

/** null for a body that is not what it must be: Go reads text fields from text alone. */
function customQuery(
  contentType: string | undefined,
  body: string,
): { cypher: string; dataset: string; version: string } | null {
  if (body === '') return { cypher: '', dataset: '', version: '' };
  if (!contentType?.startsWith('application/json')) return null;
  try {
    const { cypher, dataset, version } = Object(JSON.parse(body));
    const texts = [cypher, dataset, version].map((text) => text ?? '');
    if (texts.some((text) => typeof text !== 'string')) return null;
    return { cypher: texts[0], dataset: texts[1], version: texts[2] };
  } catch {
    // Answered as what it is: not formatted correctly.
    return null;
  }
}

/** As neuPrint compares versions: "0.5" fits 0.5.0. */
function isSubset(version: string, held: string): boolean {
  const parts = held.split('.');
  return version.split('.').every((part, i) => part === '' || part === parts[i]);
}
