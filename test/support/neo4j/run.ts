/** The entry of `npm run neo4j`: touches argv and the exit code, and fills the server from a connectome file. */
import { Option } from 'commander';
import { openDatabase } from '../../../src/connectome/file/database.ts';
import { loadNeo4j } from '../../../src/connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../../../src/connectome/neo4j/neo4j.ts';
import { type ReadyNeo4j, runNeo4jCommand } from './command.ts';

async function load({ uri, flags, signal }: ReadyNeo4j): Promise<void> {
  if (flags.load === undefined) return;
  const file = await openDatabase(String(flags.load));
  const server = await connectNeo4j({ uri }, signal);
  try {
    process.stdout.write(`loading ${flags.load}\n`);
    await loadNeo4j(file, server, { signal });
  } finally {
    await server.close();
    file.close();
  }
}

process.exitCode = await runNeo4jCommand({
  argv: process.argv.slice(2),
  options: [new Option('--load <file>', 'fill it, if it is empty, from a file made by "neurodex import"')],
  onReady: load,
});
