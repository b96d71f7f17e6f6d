/** Owns the folder a Neo4j runs from: jars of Maven Central, fetched once, and never visible half-finished. */
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findMaven, runToEnd } from './tools.ts';
import { type Artifact, type Neo4jVersion, releases } from './versions.ts';

const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

export interface Assembly {
  folder: string;
  libDir: string;
  pluginDir: string;
}

export interface AssembleOptions {
  version: Neo4jVersion;
  cacheDir?: string | undefined;
  signal?: AbortSignal | undefined;
  onAssembling?: (() => void) | undefined;
}

export function defaultCacheDir(): string {
  const osCache = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  return join(process.env.XDG_CACHE_HOME || osCache, 'neurodex-neo4j');
}

export async function isAssembled(version: Neo4jVersion, cacheDir: string = defaultCacheDir()): Promise<boolean> {
  return exists(assemblyIn(cacheDir, version).folder);
}

export async function assembleNeo4j(options: AssembleOptions): Promise<Assembly> {
  const { version, cacheDir = defaultCacheDir(), signal } = options;
  const assembly = assemblyIn(cacheDir, version);
  if (await exists(assembly.folder)) return assembly;
  const maven = await findMaven();
  options.onAssembling?.();
  await mkdir(cacheDir, { recursive: true });
  // In the same folder, since a rename is atomic only within one file system.
  const unfinished = await mkdtemp(join(cacheDir, '.assembling-'));
  try {
    await fillFolder(unfinished, version, maven, signal);
    await rename(unfinished, assembly.folder).catch(async (cause: unknown) => {
      // Another process may have put its own there meanwhile; both hold the same jars.
      if (!(await exists(assembly.folder))) throw cause;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return assembly;
}

function assemblyIn(cacheDir: string, version: Neo4jVersion): Assembly {
  // The digest makes a changed recipe a different folder, so that an old one is never taken for it.
  const digest = createHash('sha256').update(pomXml(version)).digest('hex').slice(0, 8);
  const folder = join(cacheDir, `neo4j-${releases[version].server.version}-${digest}`);
  return {
    folder,
    libDir: join(folder, 'lib'),
    pluginDir: join(folder, 'plugins'),
  };
}

async function fillFolder(
  folder: string,
  version: Neo4jVersion,
  maven: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const libDir = join(folder, 'lib');
  const pluginDir = join(folder, 'plugins');
  const pomFile = join(folder, 'pom.xml');
  await mkdir(pluginDir);
  await writeFile(pomFile, pomXml(version));
  const args = ['-B', '-q', '-f', pomFile, copyGoal, `-DoutputDirectory=${libDir}`, '-DincludeScope=runtime'];
  const { code, output } = await runToEnd(maven, args, { cwd: folder, ...(signal && { signal }) });
  if (code !== 0) {
    const said = output.split('\n').find((line) => line.includes('ERROR')) ?? output.trim();
    throw new Error(`Expected Maven to fetch Neo4j ${version}, but it ended with code ${code}: ${said}`);
  }
  const { apoc } = releases[version];
  const jars = (await readdir(libDir)).filter((name) => name.startsWith('apoc'));
  if (jars.length !== apoc.length) {
    throw new Error(`Expected ${apoc.length} APOC jars from Maven, got ${jars.length} (${jars.join(', ')}).`);
  }
  for (const jar of jars) await rename(join(libDir, jar), join(pluginDir, jar));
}

function pomXml(version: Neo4jVersion): string {
  const { server, apoc, apocHoldsDependencies } = releases[version];
  const exclusions = apocHoldsDependencies
    ? '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
    : '';
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>neurodex.test</groupId>
  <artifactId>neo4j-${version}</artifactId>
  <version>1</version>
  <dependencies>
    ${[dependencyXml(server, ''), ...apoc.map((artifact) => dependencyXml(artifact, exclusions))].join('\n    ')}
  </dependencies>
</project>
`;
}

function dependencyXml({ groupId, artifactId, version }: Artifact, exclusions: string): string {
  const identity = `<groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>`;
  return `<dependency>${identity}${exclusions}</dependency>`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
