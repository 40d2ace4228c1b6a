import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

export interface SandboxRequest {
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface SandboxReply {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The connection breaks instead of carrying this reply. */
  isLost?: boolean;
  /** The reply is held back this long, though everything is done. */
  delayMs?: number;
  onSent?: () => void;
}

const bodyBytesMax = 1_048_576;

/** A plain HTTP server on loopback around one function. */
export async function listen(port: number, answer: (request: SandboxRequest) => SandboxReply): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void handle(incoming, outgoing, answer);
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: SandboxRequest) => SandboxReply,
): Promise<void> {
  try {
    const body = await readBody(incoming);
    if (body === null) {
      send(outgoing, plain(413, 'The body is larger than 1 MB.'));
      return;
    }
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const request = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.search.slice(1),
      headers: incoming.headers,
      body,
    };
    const reply = isLocal(request) ? answer(request) : plain(421, 'This sandbox only answers on loopback.');
    if (reply.delayMs !== undefined) await setTimeout(reply.delayMs, undefined, { ref: false });
    reply.onSent?.();
    if (!outgoing.destroyed) send(outgoing, reply);
  } catch (error) {
    process.stderr.write(`stripe sandbox: ${error instanceof Error ? (error.stack ?? error.message) : 'failure'}\n`);
    if (outgoing.headersSent) outgoing.destroy();
    else send(outgoing, plain(500, 'The sandbox failed; its log says why.'));
  }
}

/** Refuses names that a page on the internet could point at this address. */
function isLocal(request: SandboxRequest): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return host === '127.0.0.1' || host === 'localhost';
}

async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(outgoing: ServerResponse, reply: SandboxReply): void {
  if (reply.isLost === true) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  outgoing.end(reply.body);
}

export function plain(status: number, text: string): SandboxReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

/** After a form the browser is sent on, so that going back or reloading never repeats it. */
export function redirect(location: string): SandboxReply {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}
