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

/** Most addresses are these: there is nothing in them that a parser would read otherwise. */
const plainPath = /^\/(?:[\w-]+\/)*[\w-]*$/;

/** What `addressOf` says of path and query, without the parameters of `dropped` names. Refuses: `malformed_address`. */
export function pathAndQuery(
  message: Pick<IncomingMessage, 'url'>,
  { origin, dropped }: { origin: string; dropped: readonly string[] },
): { path: string; query: string } {
  if (message.url !== undefined && plainPath.test(message.url)) return { path: message.url, query: '' };
  const { pathname: path, searchParams } = addressOf(message, origin);
  for (const name of dropped) searchParams.delete(name);
  return { path, query: searchParams.toString() };
}

/** What was read of each request, for doors that want all of it: reading it out of a Web stream again takes longer. */
const bodies = new WeakMap<Request, Buffer>();
/** Requests whose body is still on its way, and how much of it may come. */
const unread = new WeakMap<Request, { message: IncomingMessage; bytesMax: number }>();

/** Requests whose senders wait for a word before they send the body (`Expect: 100-continue`), with what the word is said by. */
const awaited = new WeakMap<IncomingMessage, ServerResponse>();

/** Keeps a sender waiting until somebody wants the body. */
export function holdBack(message: IncomingMessage, response: ServerResponse): void {
  awaited.set(message, response);
}

/** Tells a sender who waits for it to send the body. */
export function letCome(message: IncomingMessage): void {
  awaited.get(message)?.writeContinue();
  awaited.delete(message);
}

/** Reads a whole body as UTF-8 text and refuses more than `bytesMax` bytes: `body_too_large`. */
export async function readBodyText(request: Request, bytesMax: number): Promise<string> {
  return (await readBodyBytes(request, bytesMax)).toString('utf8');
}

/** Reads a whole body and refuses more than `bytesMax` bytes: `body_too_large`. */
export async function readBodyBytes(request: Request, bytesMax: number): Promise<Buffer> {
  const coming = unread.get(request);
  if (coming !== undefined) {
    unread.delete(request);
    bodies.set(request, await readBody(coming.message, Math.min(bytesMax, coming.bytesMax)));
  }
  const known = bodies.get(request);
  if (known !== undefined && known.byteLength > bytesMax) throw bodyTooLarge();
  if (known !== undefined) return known;
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > bytesMax) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Turns Node's request into a Web request, reading at most `bytesMax` bytes of body. */
export async function toWebRequest(message: IncomingMessage, origin: string, bytesMax: number): Promise<Request> {
  const body = hasBody(message) ? await readBody(message, bytesMax) : null;
  const request = new Request(addressOf(message, origin), { ...headOf(message), body });
  if (body !== null) bodies.set(request, body);
  return request;
}

/**
 * The same, with the body still on its way: for doors that first ask who is there. Only `readBodyBytes` and
 * `readBodyText` read it; who does not call them leaves it where it is.
 */
export function toUnreadRequest(message: IncomingMessage, origin: string, bytesMax: number): Request {
  const request = new Request(addressOf(message, origin), headOf(message));
  if (hasBody(message)) unread.set(request, { message, bytesMax });
  return request;
}

function hasBody({ method }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function headOf(message: IncomingMessage): { method: string; headers: Headers } {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (name.startsWith(':')) continue;
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
  }
  return { method: message.method ?? 'GET', headers };
}

/** Reads a whole body; refuses more than `bytesMax` bytes: `body_too_large`. Rejects when the sender leaves. */
export function readBody(message: IncomingMessage, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const declared = Number.parseInt(message.headers['content-length'] ?? '0', 10);
    if (declared > bytesMax) throw bodyTooLarge();
    // Whoever left before anybody listened is not told of again.
    if (message.destroyed) throw senderLeft();
    letCome(message);
    const chunks: Buffer<ArrayBuffer>[] = [];
    let size = 0;
    let isRead = false;
    const take = (chunk: Buffer<ArrayBuffer>) => {
      size += chunk.length;
      if (size <= bytesMax) return void chunks.push(chunk);
      message.off('data', take);
      reject(bodyTooLarge());
    };
    message.on('data', take);
    message.once('end', () => {
      isRead = true;
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    message.once('error', reject);
    // Every request is closed in the end; an error for each that was read would cost more than reading it.
    message.once('close', () => {
      if (!isRead) reject(senderLeft());
    });
  });
}

/** By the name that Node gives to a stream that ends too soon: nobody is there to hear an answer. */
function senderLeft(): Error {
  const error = new Error('the sender left before the end of the request');
  return Object.assign(error, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}

/**
 * Writes a Web response to Node's. JSON is whole and small, and goes out at once; everything else is streamed. Headers
 * already set on `target` are kept.
 */
export async function sendWebResponse(target: ServerResponse, response: Response): Promise<void> {
  setHead(target, response);
  if (response.body === null) {
    target.end();
    return;
  }
  if (isWhole(response)) {
    target.end(Buffer.from(await response.arrayBuffer()));
    return;
  }
  await pipeline(Readable.fromWeb(response.body as NodeReadableStream), target);
}

function setHead(target: ServerResponse, response: Response): void {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') target.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) target.setHeader('set-cookie', cookies);
}

/** How much of a body that nobody wants is thrown away at most, and for how long. */
const discardBytesMax = 32 * 1_024 * 1_024;
const discardMsMax = 5_000;

/**
 * Sends a refusal. Where the body is still on its way the refusal goes out at once and the connection ends behind it, but
 * what comes is thrown away for a while before: cut while its sender writes, a connection takes the answer along.
 */
export async function sendRefusal(target: ServerResponse, refusal: Response): Promise<void> {
  if (target.req.complete) return sendWebResponse(target, refusal);
  if (awaited.has(target.req)) {
    // Nothing was sent, and nothing will be.
    target.setHeader('connection', 'close');
    return sendWebResponse(target, refusal);
  }
  const body = Buffer.from(await refusal.arrayBuffer());
  setHead(target, refusal);
  target.setHeader('connection', 'close');
  target.setHeader('content-length', body.byteLength);
  target.flushHeaders();
  target.write(body);
  await discardBody(target.req);
  target.end();
}

function discardBody(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (message.destroyed) {
      resolve();
      return;
    }
    let bytes = 0;
    const timer = setTimeout(resolve, discardMsMax);
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > discardBytesMax) resolve();
    });
    message.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A file to download may be long, and is read from the database while it is sent. */
function isWhole({ headers }: Response): boolean {
  return (
    /^application\/(?:problem\+)?json(?:;|$)/.test(headers.get('content-type') ?? '') &&
    !headers.has('content-disposition')
  );
}
