import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the product's API is measured beside: it answers bytes that it was given before, by the path of the request. */
const answers = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(answers.get(path));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    answers.set(path, Buffer.concat(chunks));
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once('disconnect', () => process.exit());
