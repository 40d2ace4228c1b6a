import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

export interface JsonLimits {
  agent: Agent;
  /** From the first byte of the handshake until the connection stands. */
  connectTimeoutMs: number;
  /** From the call until the last byte of the body, waiting for a free connection included. */
  totalTimeoutMs: number;
  bytesMax: number;
}

export interface JsonAnswer {
  status: number;
  /** `undefined` when the body is not JSON. */
  body: unknown;
  /** The header `Retry-After` as it came. */
  retryAfter: string | null;
}

/** One GET without redirects. Rejects when there is no complete answer within the limits. */
export function getJson(url: URL, limits: JsonLimits): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      agent: limits.agent,
      headers: { accept: 'application/json', 'user-agent': 'cascade' },
      signal: AbortSignal.timeout(limits.totalTimeoutMs),
    });
    request.once('socket', (socket) => {
      limitConnecting(request, socket, limits.connectTimeoutMs);
    });
    request.once('response', (response) => {
      readJson(response, limits.bytesMax).then(resolve, reject);
    });
    request.on('error', reject);
    request.end();
  });
}

function limitConnecting(request: ClientRequest, socket: Socket, timeoutMs: number): void {
  if (!socket.connecting) return; // a connection that is being used again
  const timer = setTimeout(() => request.destroy(new Error('no connection in time')), timeoutMs);
  const stop = () => {
    clearTimeout(timer);
  };
  socket.once('encrypted' in socket ? 'secureConnect' : 'connect', stop);
  socket.once('close', stop);
}

async function readJson(response: IncomingMessage, bytesMax: number): Promise<JsonAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    body: parseJson(Buffer.concat(chunks).toString('utf8')),
    retryAfter: response.headers['retry-after'] ?? null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
