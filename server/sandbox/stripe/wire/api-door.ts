import { apiVersion, changeChaos, chaosOf, nowMs, type Sandbox } from '#server/sandbox/stripe/context.ts';
import type { NextFault } from '#server/sandbox/stripe/state/chaos.ts';
import { newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { platformAccount } from '#server/sandbox/stripe/state/store.ts';
import { findRoute, runRoute, type FoundRoute } from '#server/sandbox/stripe/wire/api.ts';
import { invalidRequest, isStripeFailure, StripeFailure } from '#server/sandbox/stripe/wire/errors.ts';
import { parseForm } from '#server/sandbox/stripe/wire/form-encoding.ts';
import type { SandboxReply, SandboxRequest } from '#server/sandbox/stripe/wire/http.ts';
import {
  checkKey,
  idempotencyKeptMs,
  keysInUse,
  replayOf,
  requestHash,
} from '#server/sandbox/stripe/wire/idempotency.ts';
import { knownNamesOf } from '#server/sandbox/stripe/wire/known-parameters.ts';
import { Parameters } from '#server/sandbox/stripe/wire/parameters.ts';

/** `/v1/**` as Stripe answers it: key, version, account, idempotency, error objects. */
export function answerApi(sandbox: Sandbox, request: SandboxRequest): SandboxReply {
  const requestId = newIdentifier('request');
  try {
    authenticate(request);
    const fault = takeFault(sandbox, request);
    if (fault?.mode === 'before')
      throw new StripeFailure(500, { type: 'api_error', message: 'An unexpected error occurred.' });
    const reply = request.method === 'GET' ? run(sandbox, request, requestId) : once(sandbox, request, requestId);
    if (fault?.mode === 'slow') return slowed(request, reply, fault.delayMs);
    return fault?.mode === 'after' ? { ...reply, isLost: true } : reply;
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    return failed(error, requestId);
  }
}

function failed(error: StripeFailure, requestId: string): SandboxReply {
  return json(error.status, { error: { ...error.body, request_log_url: null } }, requestId);
}

function takeFault(sandbox: Sandbox, request: SandboxRequest): NextFault | null {
  const { failNext } = chaosOf(sandbox.store);
  if (failNext.count === 0 || !`${request.method} ${request.path}`.includes(failNext.route)) return null;
  changeChaos(sandbox.store, { failNext: { ...failNext, count: failNext.count - 1 } });
  return failNext;
}

function slowed(request: SandboxRequest, reply: SandboxReply, delayMs: number): SandboxReply {
  const key = keyOf(request);
  if (key !== null) keysInUse.add(key);
  const onSent = () => {
    if (key !== null) keysInUse.delete(key);
  };
  return { ...reply, delayMs, onSent };
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
      message: `Unrecognized request URL (${request.method}: ${request.path}). Stripe may know it; this sandbox does not.`,
    });
  }
  const version = request.headers['stripe-version'];
  if (typeof version === 'string' && version !== apiVersion) {
    throw invalidRequest(`Invalid Stripe API version: ${version}. This sandbox plays ${apiVersion}.`);
  }
  const form = parseForm(request.method === 'POST' ? request.body : request.query);
  const input = new Parameters(form, knownNamesOf(`${request.method} ${found.route.path}`));
  const cause = { requestId, idempotencyKey: keyOf(request) };
  const account = accountOf(sandbox, request, found);
  return json(200, runRoute(sandbox, found, { input, cause, account }), requestId);
}

/** Whose objects the call is about. */
function accountOf(sandbox: Sandbox, request: SandboxRequest, found: FoundRoute): string {
  const account = request.headers['stripe-account'];
  if (typeof account !== 'string' || account === '') return platformAccount;
  if (sandbox.store.get('account', account) === undefined) {
    throw new StripeFailure(403, {
      type: 'invalid_request_error',
      code: 'account_invalid',
      message: `The provided key does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
    });
  }
  if (found.route.isForAccounts === true) return account;
  throw invalidRequest('The Stripe sandbox of CASCADE does not play this call for a connected account.', {
    code: 'sandbox_unsupported',
  });
}

function keyOf(request: SandboxRequest): string | null {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Same key and same parameters: the first answer again. Answers that failed a check are not kept, as on Stripe. */
function once(sandbox: Sandbox, request: SandboxRequest, requestId: string): SandboxReply {
  const { store } = sandbox;
  const given = keyOf(request);
  if (given === null) return run(sandbox, request, requestId);
  checkKey(given);
  const key = `${String(request.headers['stripe-account'] ?? '')}${given}`;
  const hash = requestHash(request.method, `${request.path}?${request.query}`, request.body);
  const stored = store.get('idempotency', key);
  if (stored !== undefined && stored.createdAtMs > nowMs(sandbox) - idempotencyKeptMs) {
    const replay = replayOf({ ...stored, key: given }, hash);
    const reply = json(replay.status, {}, requestId);
    const headers = { ...reply.headers, 'idempotent-replayed': 'true', 'idempotency-key': given };
    return { ...reply, body: replay.body, headers };
  }
  const reply = runKeeping(sandbox, request, requestId);
  store.put('idempotency', key, {
    key,
    requestHash: hash,
    status: reply.status,
    body: reply.body,
    createdAtMs: nowMs(sandbox),
  });
  return { ...reply, headers: { ...reply.headers, 'idempotency-key': given } };
}

/** A refusal by the state of things is an answer like any other: the key keeps it. */
function runKeeping(sandbox: Sandbox, request: SandboxRequest, requestId: string): SandboxReply {
  try {
    return run(sandbox, request, requestId);
  } catch (error) {
    if (!isStripeFailure(error) || !error.isKept) throw error;
    return failed(error, requestId);
  }
}
