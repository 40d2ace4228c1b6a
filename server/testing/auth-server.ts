import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import NextAuth from 'next-auth';
import type { AuthOptions } from 'next-auth';
import { authDetour } from '#server/api/auth-door.ts';
import { sendWebResponse } from '#server/platform/node-http.ts';

export interface AuthServer {
  url: string;
  close: () => Promise<void>;
}

/** `/api/auth/*` over real HTTP without Next: next-auth takes Node's request with what Next's API routes add to it. */
export async function startAuthServer(optionsFor: (headers: Headers) => Promise<AuthOptions>): Promise<AuthServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  server.on('request', (incoming, outgoing) => {
    serve({ incoming, outgoing, url }, optionsFor).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : new Error('the auth server failed'));
    });
  });
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  exchange: { incoming: IncomingMessage; outgoing: ServerResponse; url: string },
  optionsFor: (headers: Headers) => Promise<AuthOptions>,
): Promise<void> {
  const { incoming, outgoing } = exchange;
  const { pathname, searchParams, href } = new URL(incoming.url ?? '/', exchange.url);
  const method = incoming.method ?? 'GET';
  const detour = authDetour({ method, url: href });
  if (detour !== null) {
    await sendWebResponse(outgoing, detour);
    return;
  }
  const cookie = incoming.headers.cookie ?? '';
  const pairs = cookie.split('; ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  const body = Object.fromEntries(new URLSearchParams(await textOf(incoming)));
  const query = { ...Object.fromEntries(searchParams), nextauth: pathname.split('/').slice(3) };
  const cookies = Object.fromEntries(pairs.map(([name, value]) => [name, decodeURIComponent(value ?? '')])) as unknown;
  const request = Object.assign(incoming, { body, query, cookies });
  const response = Object.assign(outgoing, {
    status: (code: number) => Object.assign(outgoing, { statusCode: code }),
    json: (value: unknown) => outgoing.end(JSON.stringify(value)),
    send: (value: unknown) => outgoing.end(typeof value === 'string' ? value : JSON.stringify(value)),
  });
  await NextAuth(request as never, response as never, await optionsFor(new Headers({ cookie })));
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
