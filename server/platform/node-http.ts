import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { refuse } from './errors.ts';
import { bodyTooLarge } from './http.ts';

/**
 * The address a request asks for, always at our own origin: a path that begins with two slashes names no other host.
 * Refuses: `malformed_address`.
 */
export function addressOf(message: Pick<IncomingMessage, 'url'>, origin: string): URL {
  const target = message.url ?? '/';
  const text = target.startsWith('/') ? `${origin}${target}` : target;
  if (!URL.canParse(text, origin)) throw refuse('invalid', 'malformed_address', 'This is not an address.');
  const { pathname, search } = new URL(text, origin);
  return new URL(`${origin}${pathname}${search}`);
}

/** Turns Node's request into a Web request, reading at most `bytesMax` bytes of body. */
export async function toWebRequest(message: IncomingMessage, origin: string, bytesMax: number): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (name.startsWith(':')) continue;
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
  }
  const method = message.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? await readBody(message, bytesMax) : null;
  return new Request(addressOf(message, origin), { method, headers, body });
}

async function readBody(message: IncomingMessage, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const declared = Number.parseInt(message.headers['content-length'] ?? '0', 10);
  if (declared > bytesMax) throw bodyTooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes a Web response to Node's, streaming its body. Headers already set on `target` are kept. */
export async function sendWebResponse(target: ServerResponse, response: Response): Promise<void> {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') target.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) target.setHeader('set-cookie', cookies);
  if (response.body === null) {
    target.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body as NodeReadableStream), target);
}
