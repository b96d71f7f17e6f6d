// Bundles the command line and the library (ESM, shared chunks, so that `--help` loads little), the scripts of the
// pages, the library's type declarations, and what only developers run (dist/dev, not published).
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

await build({
  entryPoints: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    'dev/bench': 'test/bench/bench.ts',
    'dev/neo4j': 'test/support/neo4j/run.ts',
    'dev/neuprint': 'test/support/neuprint/run.ts',
    'dev/neuprintWorker': 'test/bench/neuprintWorker.ts',
    'dev/proxyWorker': 'test/bench/proxyWorker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  // Native clients stay outside: their binaries cannot be bundled, and each is imported only where it is used.
  external: ['@duckdb/node-api', '@keyv/sqlite', 'playwright-core'],
  // Bundled CommonJS packages (cli-progress) ask for node's modules by require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});

await build({
  entryPoints: ['index', 'types', 'diff'].map((page) => `src/site/browser/${page}.ts`),
  outdir: 'dist/browser',
  bundle: true,
  format: 'iife',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
});

execFileSync('npx', ['--no-install', 'tsc', '--project', 'tsconfig.types.json'], { stdio: 'inherit' });
