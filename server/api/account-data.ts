import type { PersonalDataInput, PersonalDataSource } from '#server/citizens/personal-data.ts';
import { assertFreshProof, assertSecondFactorGiven } from '#server/platform/access.ts';
import { auditEnd, auditStart } from '#server/platform/audit.ts';
import type { Db } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { answerRefusal } from '#server/platform/http.ts';
import type { Context } from '#server/platform/trpc.ts';

/**
 * Everything we hold about the signed-in citizen as one JSON document, written list by list as the client takes it.
 * Asks for a proof of the last five minutes, and is kept in the record.
 * Refuses with `sign_in_required`, `second_factor_required`, `step_up_required`.
 */
export async function accountData(
  request: Request,
  deps: Context,
  sources: readonly PersonalDataSource[],
): Promise<Response> {
  try {
    if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
    const { principal, clock } = deps;
    if (principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
    assertSecondFactorGiven(principal);
    assertFreshProof(principal, { proof: 'fresh', now: clock.now() });
    const { citizenId, sessionId } = principal;
    const entry = { actorId: citizenId, action: 'account.data', subject: null, sessionId, requestId: deps.requestId };
    const auditId = await auditStart(deps.database.client, deps, entry);
    const end = (outcome: string) => auditEnd(deps.database.client, auditId, outcome);
    const input = { citizenId, sealing: deps.sealing, clock };
    const text = documentOf(deps.database.client, sources, input);
    return new Response(bodyOf(text, end), { headers: headersFor(clock.now()) });
  } catch (error) {
    return answerRefusal(error);
  }
}

function headersFor(now: Date): Headers {
  return new Headers({
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="cascade-my-data-${now.toISOString().slice(0, 10)}.json"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

/** Yields the document in pieces: one object with a list for every part. */
async function* documentOf(
  db: Db,
  sources: readonly PersonalDataSource[],
  input: PersonalDataInput,
): AsyncGenerator<string, void> {
  yield `{"madeAt": ${JSON.stringify(input.clock.now())}`;
  for (const { name, rows } of sources.flatMap(({ parts }) => parts)) {
    yield `,\n${JSON.stringify(name)}: [`;
    let separator = '\n';
    for await (const row of rows(db, input)) {
      yield separator + JSON.stringify(row, plainValue);
      separator = ',\n';
    }
    yield ']';
  }
  yield '}\n';
}

/** Amounts keep every digit as texts. */
function plainValue(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Reads on only when the client has taken what it got; `end` hears how it went. */
function bodyOf(
  text: AsyncGenerator<string, void>,
  end: (outcome: string) => Promise<void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const next = await text.next();
        if (next.done !== true) return controller.enqueue(encoder.encode(next.value));
        await end('done');
        controller.close();
      } catch (error) {
        await end('failed');
        throw error;
      }
    },
    cancel: async () => {
      await text.return();
      await end('broken_off');
    },
  });
}
