import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { systemClock } from '#server/platform/clock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { problem } from '#server/platform/http.ts';
import { sendWebResponse, toWebRequest } from '#server/platform/node-http.ts';
import type { Client } from './authorization.ts';
import { citizensApi } from './citizens-api.ts';
import { controlPage } from './control-page.ts';
import { Issuer } from './issuer.ts';
import { loadSigningKeys } from './keys.ts';
import type { SigningKeys } from './keys.ts';
import { html, pageResponse } from './page.ts';
import { controlSchema, VeniceState } from './state.ts';
import { tokenPage } from './token-page.ts';
import { signWithWallet, walletPage } from './wallet-page.ts';

export interface VeniceSandboxOptions {
  /** Where the signing key and changed classes are kept. */
  stateDir: string;
  /** 0 (the default) takes a free port. */
  port?: number;
  clock?: Clock;
  /** The address the application reaches the issuer at, when it differs from the listening address. */
  issuerUrl?: string;
  client?: Partial<Client>;
}

export interface VeniceSandbox {
  url: string;
  listening: string;
  close: () => Promise<void>;
}

export const sandboxClient: Client = { id: 'cascade', secret: 'venice-sandbox-secret', redirectUris: [] };

const bodyBytesMax = 64 * 1024;

/**
 * Starts the stand-in for Venice on a loopback port. `url` is the issuer, the citizens API is at `url/api`,
 * `listening` is where it really listens.
 */
export async function startVeniceSandbox(options: VeniceSandboxOptions): Promise<VeniceSandbox> {
  const clock = options.clock ?? systemClock;
  const state = new VeniceState({ clock, stateDir: options.stateDir });
  const keys = await loadSigningKeys(options.stateDir);
  const server = createServer();
  const listening = await listen(server, options.port ?? 0);
  const url = (options.issuerUrl ?? listening).replace(/\/$/, '');
  const client = { ...sandboxClient, ...options.client };
  const issuer = new Issuer({ url, client, keys, clock, state });
  const world = { issuer, state, keys, audience: audienceOf(client) };
  server.on('request', (incoming, outgoing) => {
    if (incoming.url?.startsWith('/api/')) state.noteCall(incoming.socket);
    void answer({ incoming, outgoing, base: listening }, (request) => route(request, world));
  });
  return { url, listening, close: () => closed(server) };
}

interface World {
  issuer: Issuer;
  state: VeniceState;
  keys: SigningKeys;
  /** Whom tokens are for when nobody says otherwise. */
  audience: string;
}

/** The API of the application that is registered here. */
function audienceOf({ redirectUris }: Client): string {
  return `${new URL(redirectUris[0] ?? 'http://127.0.0.1:3000').origin}/api`;
}

async function route(request: Request, world: World): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { state } = world;
  if (request.method === 'POST' && pathname !== '/token' && !isSameSite(request)) {
    return Response.json({ error: 'cross_site_request' }, { status: 403 });
  }
  const fromIssuer = await world.issuer.handle(request);
  if (fromIssuer !== null) return fromIssuer;
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return new Response(null, { status: 303, headers: { location: '/sandbox' } });
    case 'GET /sandbox':
      return controlPage(state, world.audience);
    case 'GET /sandbox/state':
      return Response.json(state.switches);
    case 'GET /sandbox/traffic':
      return Response.json(state.traffic);
    case 'POST /sandbox/control':
      return await control(request, world);
    case 'POST /sandbox/token':
      return await issueToken(request, world);
    case 'GET /wallet':
      return walletPage(state);
    case 'POST /wallet':
      return await signWithWallet(state, request);
  }
  const fromApi = pathname.startsWith('/api/') ? await citizensApi(state, request) : null;
  return fromApi ?? pageResponse({ title: 'Not found', status: 404, body: html`<h1>Nothing here</h1>` });
}

/** JSON for tests and tools, which get the switches back; a form for people, who get the page back. */
async function control(request: Request, { state, keys }: World): Promise<Response> {
  const isForm = (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const text = await request.text();
  const parsed = controlSchema.safeParse(isForm ? changeOfForm(new URLSearchParams(text)) : parseJson(text));
  if (!parsed.success) return Response.json({ error: 'invalid_control', issues: parsed.error.issues }, { status: 400 });
  if (!state.control(parsed.data)) return Response.json({ error: 'unknown_citizen' }, { status: 404 });
  if (parsed.data.rotateKeys === true) await keys.rotate();
  return isForm
    ? new Response(null, { status: 303, headers: { location: '/sandbox' } })
    : Response.json(state.switches);
}

/** The page's way to a token; machines ask `/token` with the client's secret. */
async function issueToken(request: Request, { issuer, state }: World): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const [username, audience] = [form.get('citizen') ?? '', form.get('audience') ?? ''];
  if (state.find(username) === null || audience === '') {
    return Response.json({ error: 'unknown_citizen' }, { status: 404 });
  }
  const amr = (form.get('amr') ?? '').split(' ').filter((method) => method !== '');
  return tokenPage({ username, audience, token: await issuer.tokenFor({ username, audience, amr }) });
}

function changeOfForm(form: URLSearchParams): unknown {
  if (form.has('reset')) return { reset: true };
  if (form.has('rotateKeys')) return { rotateKeys: true };
  const [username, socialClass] = [form.get('username'), form.get('socialClass')];
  if (username !== null) return { citizen: { username, socialClass } };
  return {
    api: form.get('api'),
    casing: form.get('casing'),
    remembersNotFound: form.get('remembersNotFound') === 'true',
    failEvery: form.get('failEvery'),
    retryAfterSeconds: form.get('retryAfterSeconds'),
    slowMs: form.get('slowMs'),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A page of another site in the same browser must not drive the sandbox. */
function isSameSite(request: Request): boolean {
  const origin = request.headers.get('origin');
  return origin === null || origin === `http://${request.headers.get('host') ?? ''}`;
}

async function answer(
  exchange: { incoming: IncomingMessage; outgoing: ServerResponse; base: string },
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const { incoming, outgoing, base } = exchange;
  const left = new AbortController();
  outgoing.once('close', () => {
    left.abort();
  });
  try {
    // A foreign name that resolves to this machine (DNS rebinding) is refused by its Host header.
    const isOurs = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(incoming.headers.host ?? '');
    const request = await toWebRequest(incoming, base, bodyBytesMax);
    const response = isOurs
      ? await handle(new Request(request, { signal: left.signal }))
      : new Response('Unknown host', { status: 421 });
    if (!outgoing.destroyed) await sendWebResponse(outgoing, response);
  } catch (error) {
    if (!outgoing.headersSent && !outgoing.destroyed) await sendWebResponse(outgoing, problem(error));
    if (!isDomainError(error)) process.stderr.write(`venice sandbox: ${String(error)}\n`);
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The sandbox has no TCP address.'));
      else resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeAllConnections();
  });
}
