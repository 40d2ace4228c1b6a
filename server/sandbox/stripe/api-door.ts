import { findRoute, runRoute } from '#server/sandbox/stripe/api.ts';
import { apiVersion, changeChaos, chaosOf, nowMs, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { invalidRequest, isStripeFailure, StripeFailure } from '#server/sandbox/stripe/errors.ts';
import { parseForm } from '#server/sandbox/stripe/form-encoding.ts';
import type { SandboxReply, SandboxRequest } from '#server/sandbox/stripe/http.ts';
import { checkKey, idempotencyKeptMs, replayOf, requestHash } from '#server/sandbox/stripe/idempotency.ts';
import { newIdentifier } from '#server/sandbox/stripe/identifiers.ts';
import { Parameters } from '#server/sandbox/stripe/parameters.ts';

/** `/v1/**` as Stripe answers it: key, version, idempotency, error objects. */
export function answerApi(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  const requestId = newIdentifier('request');
  try {
    authenticate(request);
    const failure = takeFailure(sandbox);
    if (failure === 'before')
      throw new StripeFailure(500, { type: 'api_error', message: 'An unexpected error occurred.' });
    const reply = request.method === 'POST' ? once(sandbox, request, requestId) : run(sandbox, request, requestId);
    return failure === 'after' ? { ...reply, isLost: true } : reply;
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    return json(error.status, { error: { ...error.body, request_log_url: null } }, requestId);
  }
}

function takeFailure(sandbox: Sandbox): 'before' | 'after' | null {
  const { failNext } = chaosOf(sandbox.store);
  if (failNext.count === 0) return null;
  changeChaos(sandbox.store, { failNext: { ...failNext, count: failNext.count - 1 } });
  return failNext.mode;
}

function authenticate(request: SandboxRequest): void {
  const header = request.headers.authorization ?? '';
  const key = header.startsWith('Bearer ') ? header.slice(7) : '';
  if (/^(sk|rk)_test_/.test(key)) return;
  const message =
    key === ''
      ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
      : `Invalid API Key provided: ${key.slice(0, 8)}****`;
  throw new StripeFailure(401, { type: 'invalid_request_error', message });
}

function json(status: number, body: object, requestId: string): SandboxReply {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': apiVersion,
    },
    body: JSON.stringify(body, null, 2),
  };
}

function run(sandbox: Sandbox, request: SandboxRequest, requestId: string): SandboxReply {
  const found = findRoute(request.method, request.path);
  if (found === undefined) {
    throw new StripeFailure(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${request.method}: ${request.path}).`,
    });
  }
  const version = request.headers['stripe-version'];
  if (typeof version === 'string' && version !== apiVersion) {
    throw invalidRequest(`Invalid Stripe API version: ${version}. This sandbox plays ${apiVersion}.`);
  }
  const input = new Parameters(parseForm(request.method === 'GET' ? request.query : request.body));
  const cause = { requestId, idempotencyKey: keyOf(request) };
  return json(200, runRoute(sandbox, found, { input, cause }), requestId);
}

function keyOf(request: SandboxRequest): string | null {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Same key and same parameters: the first answer again. Answers that failed a check are not kept, as on Stripe. */
function once(sandbox: Sandbox, request: SandboxRequest, requestId: string): SandboxReply {
  const { store } = sandbox;
  const key = keyOf(request);
  if (key === null) return run(sandbox, request, requestId);
  checkKey(key);
  const hash = requestHash(request.method, request.path, request.body);
  const stored = store.get('idempotency', key);
  if (stored !== undefined && stored.createdAtMs > nowMs(store) - idempotencyKeptMs) {
    const replay = replayOf(stored, hash);
    const reply = json(replay.status, {}, requestId);
    return {
      ...reply,
      body: replay.body,
      headers: { ...reply.headers, 'idempotent-replayed': 'true', 'idempotency-key': key },
    };
  }
  const reply = run(sandbox, request, requestId);
  store.put('idempotency', key, {
    key,
    requestHash: hash,
    status: reply.status,
    body: reply.body,
    createdAtMs: nowMs(store),
  });
  return { ...reply, headers: { ...reply.headers, 'idempotency-key': key } };
}
