import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { database } from '#server/platform/db.ts';
import {
  contentSecurityPolicy,
  dataPolicy,
  frontRefusal,
  callerAddress,
  isForgedHeader,
  localeOfPath,
  makeNonce,
  securityHeaders,
} from '#server/platform/front.ts';
import type { FrontSettings } from '#server/platform/front.ts';
import { answerRefusal, problem } from '#server/platform/http.ts';
import { systemIds } from '#server/platform/ids.ts';
import { instanceId } from '#server/platform/instance.ts';
import { log } from '#server/platform/log.ts';
import {
  holdBack,
  letCome,
  pathAndQuery,
  readBody,
  sendRefusal,
  sendWebResponse,
  toUnreadRequest,
  toWebRequest,
} from '#server/platform/node-http.ts';
import { requestLimits } from '#server/platform/rate-limit-request.ts';
import { authRefusal } from './auth-limit.ts';
import { limits } from './context.ts';
import { doorFor, type DirectHandler, type Door } from './doors.ts';
import { readiness } from './health.ts';
import { unavailablePage, type UnavailablePage } from './unavailable-page.ts';

/** Between here and the route of drawings, both ways: what its answer is packed by. */
const packing = 'x-cascade-packing';

/** What stands before every page and door of the web process. */
export interface Front {
  settings: FrontSettings;
  /** Answers whatever is not one of our own API paths. */
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The newest migration this version knows; the database must have it to be ready. */
  latestMigration: string;
  isDraining: () => boolean;
  /** Answers that go on for as long as somebody listens; whoever stops the process ends them. */
  streams: Set<ServerResponse>;
}

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Has the front answer all that comes to a server. Whoever asks before they send a body hears first whether it is wanted. */
export function serveWith(server: Server, answering: (exchange: Exchange) => void): void {
  server.on('request', (request, response) => {
    answering({ request, response });
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    holdBack(request, response);
    answering({ request, response });
  });
}

/** Every request passes here. A failure becomes an answer, never an unhandled rejection. */
export async function answer(front: Front, { request, response }: Exchange): Promise<void> {
  const requestId = systemIds.uuid();
  try {
    const direct = directDoorFor(request);
    if (direct !== null) {
      await answerDirectly(front, direct, { request, response, requestId });
      return;
    }
    const path = prepare(front, { request, response }, requestId);
    await route(front, path, { request, response });
  } catch (error) {
    await answerFailure({ request, response }, { error, requestId });
  }
}

/** Says what went wrong, to whoever is still there to hear it. */
async function answerFailure(
  { request, response }: Exchange,
  failure: { error: unknown; requestId: string },
): Promise<void> {
  const { error, requestId } = failure;
  const hasLeft = (response.destroyed && !request.complete) || isPrematureClose(error);
  const answered = problem(error, requestId);
  if (answered.status >= 500 && !hasLeft)
    log().error({ err: error, requestId, path: pathOf(request) }, 'request failed');
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.setHeader('connection', 'close');
  await sendRefusal(response, answered).catch(() => response.destroy());
}

async function route(front: Front, path: string, { request, response }: Exchange): Promise<void> {
  const method = request.method ?? 'GET';
  const refusal = frontRefusal({ method, path, headers: request.headers }, front.settings);
  if (refusal !== null) return sendJson(response, refusal.status, { code: refusal.code });
  if (path === '/livez') return sendJson(response, 200, { live: true, instance: instanceId() });
  if (path === '/readyz') return sendReadiness(front, response);
  const door = doorFor(path);
  if (door !== null) return answerDoor(front, door, { request, response });
  if (isData(path)) return sendJson(response, 404, { code: 'not_found' });
  if (path.startsWith('/api/auth/') && (await isSignInRefused({ request, response }, path))) return;
  // Drawings follow from their address alone.
  const needsDatabase = !path.startsWith('/_next/') && !path.startsWith('/covers/');
  if (needsDatabase && !(await isDatabaseUp())) {
    return sendWebResponse(response, unavailablePage(visitorOf(request, path)));
  }
  if (request.headers[packing] !== undefined) namePacking(response);
  letCome(request);
  await front.pages(request, response);
}

/**
 * Next takes the name of the packing away from what a route packed itself, and a browser shows such a drawing as nothing.
 * The route says it under a name of ours.
 */
function namePacking(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => setHeader(name.toLowerCase() === packing ? 'content-encoding' : name, value);
}

/** Counts a step of a sign-in; one too many is answered here. */
async function isSignInRefused({ request, response }: Exchange, path: string): Promise<boolean> {
  const taken = requestLimits(limits());
  const { method = 'GET', headers } = request;
  const address = String(headers['x-cascade-address']);
  const refused = await authRefusal({ method, path, address, accept: headers.accept ?? '' }, taken);
  for (const [name, value] of Object.entries(taken.headers())) response.setHeader(name, value);
  if (refused !== null) await sendWebResponse(response, refused);
  return refused !== null;
}

/** What the page that needs no database knows of its visitor. */
function visitorOf({ headers }: IncomingMessage, path: string): UnavailablePage {
  const chosen = /(?:^|;\s*)cascade-locale=(en|it)\b/.exec(headers.cookie ?? '')?.[1];
  const wished = /^it\b/i.test(headers['accept-language'] ?? '') ? 'it' : 'en';
  const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
  return { locale: localeOfPath(path) ?? (chosen === 'en' || chosen === 'it' ? chosen : wished), nonce: nonce ?? '' };
}

/** Our own API, where nothing is a page; what belongs to next-auth may answer with one. */
function isData(path: string): boolean {
  return path.startsWith('/api/') && !path.startsWith('/api/auth/');
}

/** Takes out what a client may not say, and adds what pages and doors rely on. Returns the path. */
function prepare(front: Front, { request, response }: Exchange, requestId: string): string {
  // Next's client adds `_rsc` to what it fetches; it is no part of the address that people see.
  const { path, query } = pathAndQuery(request, { origin: front.settings.appUrl, dropped: ['_rsc'] });
  const forwardedFor = String(request.headers['x-forwarded-for'] ?? '');
  const peer = request.socket.remoteAddress ?? 'unknown';
  for (const name of Object.keys(request.headers))
    if (isForgedHeader(name, front.settings)) Reflect.deleteProperty(request.headers, name);
  const policy = isData(path) ? dataPolicy : contentSecurityPolicy(makeNonce(), front.settings);
  const locale = localeOfPath(path);
  request.headers['content-security-policy'] = policy;
  request.headers['x-cascade-request-id'] = requestId;
  request.headers['x-cascade-path'] = path;
  if (path.startsWith('/covers/') && /\bgzip\b/u.test(String(request.headers['accept-encoding'])))
    request.headers[packing] = 'gzip';
  request.headers['x-cascade-query'] = query;
  request.headers['x-cascade-address'] = callerAddress({ peer, forwardedFor }, front.settings.trustedProxyHops);
  if (locale !== null) request.headers['x-cascade-locale'] = locale;
  for (const [name, value] of Object.entries(securityHeaders(policy, front.settings))) response.setHeader(name, value);
  response.setHeader('x-request-id', requestId);
  return path;
}

async function answerDoor(front: Front, door: Door, { request, response }: Exchange): Promise<void> {
  const asWebRequest = door.asksFirst === true ? toUnreadRequest : toWebRequest;
  const answered = await door.handler(await asWebRequest(request, front.settings.appUrl, door.bodyBytesMax));
  if (answered.status >= 400) return sendRefusal(response, answered);
  const isStream = answered.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isStream) front.streams.add(response);
  try {
    await sendWebResponse(response, answered);
  } finally {
    front.streams.delete(response);
  }
}

/** The door of a request that needs nothing of what the front prepares, and that may pass the front. */
function directDoorFor({ method, url = '', headers }: IncomingMessage): DirectDoor | null {
  const door = method === 'POST' && headers['next-action'] === undefined ? doorFor(url) : null;
  return door?.direct === undefined ? null : { handle: door.direct, bodyBytesMax: door.bodyBytesMax };
}

interface DirectDoor {
  handle: DirectHandler;
  bodyBytesMax: number;
}

async function answerDirectly(
  front: Front,
  door: DirectDoor,
  { request, response, requestId }: Exchange & { requestId: string },
): Promise<void> {
  const answered = await readBody(request, door.bodyBytesMax)
    .then((body) => door.handle(request.headers, body))
    .catch((error: unknown) => {
      prepare(front, { request, response }, requestId);
      return answerRefusal(error);
    });
  if (answered instanceof Response) return sendRefusal(response, answered);
  const text = JSON.stringify(answered);
  const head = { ...securityHeaders(dataPolicy, front.settings), ...jsonHead(text), 'x-request-id': requestId };
  response.writeHead(200, head).end(text);
}

/** Without what follows the path: links of letters and answers of Venice carry secrets there. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

/** Somebody who listened to a stream, or downloaded something, left before its end. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function sendReadiness(front: Front, response: ServerResponse): Promise<void> {
  if (front.isDraining()) return sendJson(response, 503, { ready: false, draining: true });
  const state = await readiness(database(), front.latestMigration);
  sendJson(response, state.ready ? 200 : 503, state);
}

async function isDatabaseUp(): Promise<boolean> {
  return database()
    .ping()
    .then(
      () => true,
      () => false,
    );
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, jsonHead(text)).end(text);
}

/** With its length told, an answer leaves in one piece. */
function jsonHead(text: string): Record<string, string> {
  const length = String(Buffer.byteLength(text));
  return { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-length': length };
}
