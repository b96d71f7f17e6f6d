/** The entry of dist/dev/neuprint.js: a neuPrint server on a Neo4j, until it is stopped or its standard input closes. */
import { fstatSync } from 'node:fs';
import { Command } from 'commander';
import { selfSignedCertificate } from './certificate.ts';
import { startNeuprint } from './startNeuprint.ts';

const command = new Command('neuprint')
  .description('Run a neuPrint server on 127.0.0.1 on top of a Neo4j; prints its address, and its counts at the end.')
  .requiredOption('--bolt <uri>', 'the Neo4j, without authentication')
  .option('--port <port>', '0 for any free one', '0')
  .option('--tls', 'speak https, with a certificate that nobody has signed (neuprint-python insists: verify=False)')
  .option('--gzip', 'pack replies, as a proxy in front would')
  .allowExcessArguments(false)
  .parse();
const { bolt, port, tls, gzip } = command.opts<{ bolt: string; port: string; tls?: true; gzip?: true }>();

try {
  const certificate = tls && selfSignedCertificate();
  const server = await startNeuprint({ bolt, port: Number(port), certificate, gzip });
  process.stdout.write(`${server.url}\n`);
  await new Promise<void>((over) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over());
    // A shell that starts it in the background gives it /dev/null, which is at its end from the start.
    if (fstatSync(0).isFIFO() || fstatSync(0).isSocket()) process.stdin.once('end', () => over()).resume();
  });
  const bytesSent = server.requests.reduce((sum, request) => sum + request.bytesSent, 0);
  const counts = { requests: server.requests.length, bytesSent, mostAtOnce: server.mostAtOnce() };
  await server.close();
  process.stdout.write(`${JSON.stringify(counts)}\n`);
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message.split('\n')[0]}\n`);
  process.exitCode = 1;
} finally {
  process.stdin.destroy();
}
