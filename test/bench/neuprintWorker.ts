/** The neuPrint server in a process of its own: whoever is measured does not share an event loop with it. Tells what it counted. */
import { startNeuprint } from '../support/neuprint/startNeuprint.ts';

const server = await startNeuprint({ bolt: process.argv[2] as string });
process.on('message', () => {
  const bytes = server.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  process.send?.({ requests: server.requests.length, bytes });
  server.forget();
});
process.once('disconnect', () => void server.close());
process.send?.(server.url);
