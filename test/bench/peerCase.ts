/** The index as users of neuprint-python and pandas make it: their Python, and cases whose numbers must be ours. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { runToEnd } from '../support/neo4j/tools.ts';
import type { Case } from './measure.ts';
import { run } from './processCases.ts';

const PEER = resolve(import.meta.dirname, '../../test/bench/peer');
const REQUIREMENTS = join(PEER, 'requirements.txt');

export interface Peer {
  /** A Python that has what the script needs. */
  python: string;
}

/** Made once for each list of requirements; a text says why there is none. */
export async function findPeer(cacheFolder = join(homedir(), '.cache', 'neurodex')): Promise<Peer | string> {
  const id = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder, `peer-${id}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return { python };
  mkdirSync(cacheFolder, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]],
  ];
  for (const [program, args] of steps) {
    const { code, output } = await runToEnd(program, args).catch((error: Error) => ({
      code: 1,
      output: error.message,
    }));
    if (code !== 0) return `${program} ${args.slice(0, 2).join(' ')}: ${output.trim().split('\n').at(-1)}`;
  }
  mkdirSync(join(folder, 'complete'));
  return { python };
}

/** plain: one question for all cells and a groupby, as most would write it; tuned: by somebody who has measured. */
export type PeerScript = 'plain' | 'tuned';

export interface PeerAsked {
  url: string;
  dataset: string;
  /** A file in our form; missing, `makeOurs` writes it. */
  ours: string;
  makeOurs(): unknown;
}

export function peerCase(
  folder: string,
  name: string,
  { python }: Peer,
  script: PeerScript,
  { url, dataset, ours, makeOurs }: PeerAsked,
): Case {
  const output = join(folder, 'peer.json');
  return {
    name,
    prepare: async () => {
      if (!existsSync(ours)) await makeOurs();
    },
    run: async () => {
      const startedMs = performance.now();
      const printed = run(folder, name, python, [
        join(PEER, `${script}.py`),
        url.replace('http:', 'https:'),
        dataset,
        output,
      ]);
      const ms = performance.now() - startedMs;
      requireSame(read(output), read(ours));
      return { ms, peakBytes: Number(printed) };
    },
  };
}

type Answer = Pick<Catalog, 'dataset' | 'totals' | 'types'>;

function read(file: string): Answer {
  return JSON.parse(readFileSync(file, 'utf8')) as Answer;
}

/** @throws Error that shows the first difference: a figure beside another answer is no comparison */
function requireSame(peer: Answer, ours: Answer): void {
  const parts: [string, unknown, unknown][] = [
    ['dataset', peer.dataset, ours.dataset],
    ['totals', peer.totals, ours.totals],
    ['number of types', peer.types.length, ours.types.length],
    ...ours.types.map((type, i): [string, unknown, unknown] => [type.name, peer.types[i], type]),
  ];
  const different = parts.find(([, theirs, own]) => !isDeepStrictEqual(theirs, own));
  if (different === undefined) return;
  const [what, theirs, own] = different;
  throw new Error(
    `Expected the same answer of neuprint-python and neurodex; ${what} differs: ${JSON.stringify(theirs)} and ${JSON.stringify(own)}`,
  );
}
