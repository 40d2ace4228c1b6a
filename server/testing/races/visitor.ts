import superjson, { type SuperJSONResult } from 'superjson';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** What a procedure answered over HTTP: its data, or the stable code of its refusal. */
export interface Answer {
  status: number;
  /** Null for a success. */
  code: string | null;
  data: unknown;
}

/** Somebody with a browser's session who calls procedures over HTTP, as the pages do. */
export interface Visitor {
  readonly name: string;
  /** A query. */
  ask(path: string, input?: object): Promise<Answer>;
  /** A mutation. */
  tell(path: string, input?: object): Promise<Answer>;
}

/** Who waits longer for an answer has lost it. */
const patienceMs = 60_000;
/** How often a call is made again that came too often; nothing was done by then. */
const waitsMax = 5;
const refusedCall = z.object({
  error: z.object({ json: z.object({ data: z.object({ refusal: z.object({ code: z.string() }) }) }) }),
});
const answeredCall = z.object({ result: z.object({ data: z.unknown() }) });

/** Whoever holds this cookie, at the product of this origin. */
export function visitorAt(base: string, { name, cookie }: { name: string; cookie: string }): Visitor {
  const headers = { cookie, origin: base, 'content-type': 'application/json' };
  const sealed = (input: object | undefined) => JSON.stringify(superjson.serialize(input));
  return {
    name,
    ask: (path, input) =>
      insist(() =>
        fetch(`${base}/api/trpc/${path}?input=${encodeURIComponent(sealed(input))}`, { headers, ...patience() }),
      ),
    tell: (path, input) =>
      insist(() => fetch(`${base}/api/trpc/${path}`, { method: 'POST', headers, body: sealed(input), ...patience() })),
  };
}

const patience = () => ({ signal: AbortSignal.timeout(patienceMs) });

/** Whoever calls too often waits as long as they are told to, and calls again. */
async function insist(call: () => Promise<Response>): Promise<Answer> {
  for (let waits = 0; ; waits += 1) {
    const response = await call();
    const answer = await answerOf(response);
    if (answer.code !== 'rate_limited' || waits === waitsMax) return answer;
    await pause(1_000 * Number.parseInt(response.headers.get('retry-after') ?? '1', 10));
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status } = response;
  const text = await response.text();
  const body = jsonOf(text);
  const success = answeredCall.safeParse(body);
  if (response.ok && success.success) {
    return { status, code: null, data: superjson.deserialize(success.data.result.data as SuperJSONResult) };
  }
  const refusal = refusedCall.safeParse(body);
  const code = refusal.success ? refusal.data.error.json.data.refusal.code : `no code: ${text.slice(0, 200)}`;
  return { status, code, data: null };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
