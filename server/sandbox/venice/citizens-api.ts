import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxCitizen } from './citizens-data.ts';
import type { Switches, VeniceState } from './state.ts';
import { economy, relationshipBetween, relationships, strongestOf } from './relationships.ts';

type Fields = Record<string, unknown>;

/** Answers `/api/**` in the shapes of the public Venice API, quirks included. `null`: no such endpoint. */
export async function citizensApi(state: VeniceState, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  if (request.method !== 'GET') return failure(405, 'Method not allowed');
  const { api } = state.switches;
  const trouble = await troubleOf(state, request.signal);
  if (trouble !== null) return trouble;
  if (url.pathname === '/api/citizens') return list(state);
  if (url.pathname.startsWith('/api/citizens/')) return single(state, url.pathname.slice('/api/citizens/'.length));
  // Economy hides its errors behind sample figures, without any mark.
  const isBroken = api === 'fallback' || api === 'sample' || api === 'error';
  if (url.pathname === '/api/economy') return Response.json(economy(isBroken ? [] : state.citizens()));
  if (isBroken) return failure(500, 'Failed to fetch from the archive');
  if (url.pathname === '/api/get-ledger-compact') return compactLedger(state, url.searchParams);
  if (url.pathname === '/api/relationships') return relationshipsAnswer(state, url.searchParams);
  return null;
}

/** What befalls every call, whatever it asks for; null when it is answered as usual. */
async function troubleOf(state: VeniceState, signal: AbortSignal): Promise<Response | null> {
  const { api, failEvery, retryAfterSeconds, slowMs } = state.switches;
  switch (api) {
    case 'hang':
      return await neverAnswers(signal);
    case 'slow':
      await pause(slowMs, undefined, { signal }).catch(() => undefined); // the caller may leave earlier
      return null;
    case 'flaky':
      return state.traffic.calls % failEvery === 0 ? failure(500, 'Failed to reach the archive') : null;
    case 'throttled': {
      const headers = { 'retry-after': String(retryAfterSeconds) };
      return Response.json({ error: 'Too many requests', code: 'RATE_LIMITED' }, { status: 429, headers });
    }
    case 'unauthorized':
      return Response.json({ error: 'Missing bearer token', code: 'UNAUTHORIZED' }, { status: 401 });
    case 'normal':
    case 'fallback':
    case 'sample':
    case 'error':
      return null;
  }
}

function single(state: VeniceState, rawName: string): Response {
  const username = decodeName(rawName);
  const { api } = state.switches;
  if (api === 'error') return failure(500, 'Failed to fetch citizen');
  if (api === 'fallback' || api === 'sample') {
    const sample = sampleFields.find((fields) => fields['username'] === username) ?? sampleFields[0] ?? {};
    return Response.json({ success: true, citizen: spelled(state, sample), ...markOf(api) });
  }
  if (username === null || username === '') return failure(400, 'Username is required');
  const citizen = state.find(username);
  if (citizen !== null) return Response.json({ success: true, citizen: spelled(state, fieldsOf(citizen)) });
  if (state.wasNotFound(username)) return Response.json({ success: true, citizen: null });
  state.rememberNotFound(username);
  return failure(404, 'Citizen not found');
}

function list(state: VeniceState): Response {
  const { api, casing } = state.switches;
  const isSample = api === 'error' || api === 'fallback' || api === 'sample';
  const records = isSample ? sampleFields : state.citizens().map(fieldsOf);
  const citizens = records.map((fields) => spelled(state, fields));
  // The oldest version answers a bare list, on which nothing can be marked.
  return Response.json(casing === 'legacy' ? citizens : { success: true, citizens, ...(isSample ? markOf(api) : {}) });
}

function markOf(api: Switches['api']): { _fallback?: true } {
  return api === 'sample' ? {} : { _fallback: true };
}

function compactLedger(state: VeniceState, query: URLSearchParams): Response {
  const citizen = state.find(query.get('citizenUsername') ?? '');
  if (citizen === null) return failure(404, 'Citizen not found');
  const { username, socialClass, ducats, influence, isAI } = fieldsOf(citizen);
  const summary = spelled(state, { username, socialClass, ducats, influence, isAI });
  return Response.json({
    success: true,
    data: { citizen: summary, topRelationships: strongestOf(state.citizens(), citizen.username, 3) },
  });
}

function relationshipsAnswer(state: VeniceState, query: URLSearchParams): Response {
  const [citizen1, citizen2] = [query.get('citizen1'), query.get('citizen2')];
  if (citizen1 !== null && citizen2 !== null) {
    return Response.json({
      success: true,
      relationship: relationshipBetween(state.citizens(), { citizen1, citizen2 }),
    });
  }
  return Response.json({ success: true, relationships: relationships(state.citizens()).slice(0, 100) });
}

/** Empty fields are absent, booleans are `true` or absent, and only the first letter is lower-cased (`isAI`). */
function fieldsOf(citizen: SandboxCitizen): Fields {
  const fields: Fields = {
    username: citizen.username,
    firstName: citizen.firstName,
    lastName: citizen.lastName,
    socialClass: citizen.socialClass,
    ducats: citizen.ducats,
    inVenice: true,
    influence: Math.floor(citizen.ducats / 40),
    description: `${citizen.firstName} ${citizen.lastName} of the ${citizen.socialClass}.`,
    coatOfArmsImageUrl: `https://backend.serenissima.ai/public_assets/images/coat-of-arms/${citizen.username}.png`,
    familyMotto: citizen.familyMotto,
    color: `#${digestOf(citizen.username).toString('hex').slice(0, 6)}`,
    createdAt: '2025-05-20T10:00:00.000Z',
    updatedAt: '2026-11-01T08:30:00.000Z',
  };
  if (citizen.wallet !== null) fields.wallet = citizen.wallet;
  if (citizen.isAI) fields.isAI = true;
  if (citizen.socialClass !== 'Facchini') fields.dailyIncome = Math.floor(citizen.ducats / 365);
  return fields;
}

const sampleFields: readonly Fields[] = [
  { username: 'compagno', firstName: 'Compagno', lastName: 'Bot', socialClass: 'Servant', isAi: true, wallet: '' },
  { username: 'marco_polo', firstName: 'Marco', lastName: 'Polo', socialClass: 'Merchant', isAi: true, wallet: '' },
  { username: 'doge_venice', firstName: 'Doge', lastName: 'of Venice', socialClass: 'Noble', isAi: true, wallet: '' },
];

function spelled(state: VeniceState, fields: Fields): Fields {
  switch (state.switches.casing) {
    case 'today':
      return fields;
    case 'legacy':
      return { ...fields, ...renamed(fields, (key) => `${key.charAt(0).toUpperCase()}${key.slice(1)}`) };
    case 'odd':
      return renamed(fields, oddName);
  }
}

/** `citizenname`, `Social_Class`, `is_ai: 1`: spellings seen on other paths of the real API. */
function oddName(key: string): string {
  if (key === 'username') return 'CitizenName';
  if (key === 'isAI') return 'is_ai';
  return key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').replace(/^./, (first) => first.toUpperCase());
}

function renamed(fields: Fields, rename: (key: string) => string): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [rename(key), rename === oddName && value === true ? 1 : value]),
  );
}

function decodeName(rawName: string): string | null {
  try {
    return decodeURIComponent(rawName);
  } catch {
    return null;
  }
}

function failure(status: number, error: string): Response {
  return Response.json({ success: false, error }, { status });
}

function neverAnswers(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(new Response(null, { status: 503 }));
      },
      { once: true },
    );
  });
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
