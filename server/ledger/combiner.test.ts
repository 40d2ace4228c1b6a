import { afterAll, afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { createCombiner, type Combiner, type CombinerOptions } from '#server/ledger/combiner.ts';
import { lookupTransfers } from '#server/ledger/lookups.ts';
import { batchSizeMax, type TransferRequest, type TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { createDatabase, type Database } from '#server/platform/db.ts';
import { isDatabaseUnavailable } from '#server/platform/errors.ts';
import { withClient } from '#server/testing/cluster.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, plantPoison, transferId } from '#server/testing/ledger.ts';
import { tcpProxy } from '#server/testing/tcp-proxy.ts';

const database = await testDatabase();
const { wallet, balance, ...ledger } = books(database);
const opened: Combiner[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((combiner) => combiner.close()));
});

function combinerWith(options: CombinerOptions = {}, over: Database = database): Combiner {
  const combiner = createCombiner(over, options);
  opened.push(combiner);
  return combiner;
}

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

/** What became of each: the codes of its results, or the code or text of its error. */
async function outcomes(works: readonly Promise<TransferResult[]>[]): Promise<string[]> {
  const settled = await Promise.allSettled(works);
  return settled.map((outcome) =>
    outcome.status === 'fulfilled' ? codes(outcome.value).join() : wordOf(outcome.reason),
  );
}

function wordOf(reason: unknown): string {
  const { code, name } = reason as { code?: string; name: string };
  return code ?? name;
}

/** For the rest of the test, so much of the process's time stands still until it is advanced. */
function fakeTime(...toFake: ('performance' | 'setTimeout' | 'clearTimeout')[]) {
  vi.useFakeTimers({ toFake });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Another transaction books on the account and stays open, until it is released and undone. */
async function hold(account: bigint, taken?: TransferRequest) {
  const work = taken ?? move({ from: await wallet(1n), to: account, amountMinor: 1n });
  const [held, gate] = [Promise.withResolvers<undefined>(), Promise.withResolvers<'commit' | 'undo'>()];
  const undone = new Error('undone');
  const transaction = database.inTransaction(async (tx) => {
    await post(tx, [work]);
    held.resolve(undefined);
    if ((await gate.promise) === 'undo') throw undone;
  });
  const ended = transaction.catch((error: unknown) => {
    held.reject(error);
    if (error !== undone) throw error;
  });
  await held.promise;
  return (how: 'commit' | 'undo' = 'undo') => {
    gate.resolve(how);
    return ended;
  };
}

/** Resolves when so many sessions of this database wait for a lock; gives their process ids. */
function blocked(count: number): Promise<number[]> {
  return withClient(database.adminUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      if (rows.length === count) return rows.map(({ pid }) => pid);
    }
  });
}

async function cancel(pids: readonly number[]): Promise<void> {
  await withClient(database.adminUrl, (client) =>
    client.query('SELECT pg_cancel_backend(pid) FROM unnest($1::integer[]) AS pid', [pids]),
  );
}

/** So many transfers of one centesimo between two new wallets. */
async function moves(count: number): Promise<TransferRequest[]> {
  const [from, to] = [await wallet(BigInt(count)), await wallet()];
  return Array.from({ length: count }, () => move({ from, to, amountMinor: 1n }));
}

/** A transfer of one centesimo between two new wallets. */
async function single(): Promise<TransferRequest> {
  return move({ from: await wallet(1n), to: await wallet(), amountMinor: 1n });
}

/** What only this database cannot take: the statement that holds it fails as a whole. */
const poison = { reference: 'poison' };
await plantPoison(database);

describe('gathering', () => {
  it('31 posts of one moment travel in one call, and each caller gets the results of its own items', async () => {
    const combiner = combinerWith();
    const [from, to] = [await wallet(10_000n), await wallet()];
    const requests = Array.from({ length: 31 }, (_, index) => move({ from, to, amountMinor: BigInt(index + 1) }));
    const answers = await Promise.all(requests.map((request) => combiner.post(request)));
    expect(answers).toMatchObject(requests.map(({ id, amountMinor }) => [{ status: 'created', id, amountMinor }]));
    await combiner.close();
    expect(combiner.figures()).toMatchObject({ calls: 1, items: 31, queuedItems: 0, callsInFlight: 0 });
    expect(await balance(to)).toBe(496n);
  });

  it('callers that were answered together and go on at once travel together again', async () => {
    const combiner = combinerWith();
    const [from, to] = [await wallet(100n), await wallet()];
    // Each caller has more steps than the last one between an answer and its next request.
    const caller = async (_: unknown, steps: number) => {
      for (let round = 0; round < 5; round += 1) {
        await combiner.post(move({ from, to, amountMinor: 1n }));
        for (let step = 0; step < steps; step += 1) await Promise.resolve();
      }
    };
    await Promise.all(Array.from({ length: 20 }, caller));
    expect(combiner.figures()).toMatchObject({ calls: 5, items: 100 });
  });

  it('a lone caller is never kept waiting for company', async () => {
    const combiner = combinerWith();
    for (const request of await moves(5)) {
      expect(codes(await combiner.post(request))).toEqual(['created']);
    }
    expect(combiner.figures()).toMatchObject({ calls: 5, items: 5 });
  });

  it('what arrives while all lanes are busy gathers and follows in one call', async () => {
    const combiner = combinerWith({ lanesMax: 2 });
    const requests = await moves(10);
    const slow = [];
    const releases = [];
    for (const count of [1, 2]) {
      const [slowFrom, slowTo] = [await wallet(1n), await wallet()];
      releases.push(await hold(slowTo));
      slow.push(combiner.post(move({ from: slowFrom, to: slowTo, amountMinor: 1n })));
      await blocked(count);
    }
    const gathered = requests.map((request) => combiner.post(request));
    await Promise.resolve();
    expect(combiner.figures()).toMatchObject({ calls: 2, callsInFlight: 2, queuedItems: 10 });
    for (const release of releases) await release();
    expect((await outcomes([...slow, ...gathered])).every((outcome) => outcome === 'created')).toBe(true);
    expect(combiner.figures()).toMatchObject({ calls: 3, items: 12, queuedItems: 0 });
  });

  it('what shares an account with the call under way waits for it, and what shares none overtakes nobody', async () => {
    const combiner = combinerWith({ lanesMax: 2 });
    const [hot, other] = [await wallet(9n), await wallet()];
    const release = await hold(hot);
    const first = combiner.post(move({ from: hot, to: other, amountMinor: 1n }));
    await blocked(1);
    expect(codes(await combiner.post(await single()))).toEqual(['created']);
    const more = [1, 2, 3].map(() => combiner.post(move({ from: hot, to: other, amountMinor: 1n })));
    const behind = combiner.post(await single());
    expect(combiner.figures()).toMatchObject({ calls: 2, callsInFlight: 1, queuedItems: 4 });
    await release();
    await Promise.all([first, ...more, behind]);
    expect(combiner.figures()).toMatchObject({ calls: 3, items: 6 });
  });

  it('a call holds at most its limit, and a list is never divided between two calls', async () => {
    const combiner = combinerWith({ batchItemsMax: 5 });
    const lists = await Promise.all([3, 3, 2, 5, 1].map(moves));
    expect(await outcomes(lists.map((list) => combiner.post(list)))).toEqual(
      lists.map((list) => list.map(() => 'created').join()),
    );
    expect(combiner.figures()).toMatchObject({ calls: 4, items: 14 });
  });

  it('who awaits one post before the next sees its effect', async () => {
    const combiner = combinerWith();
    const [first, second, third] = [await wallet(5n), await wallet(), await wallet()];
    await combiner.post(move({ from: first, to: second, amountMinor: 5n }));
    expect(codes(await combiner.post(move({ from: second, to: third, amountMinor: 5n })))).toEqual(['created']);
  });

  it('a request that its caller changes afterwards is booked as it was given', async () => {
    const [request, other] = [await single(), await single()];
    const combiner = combinerWith();
    const works = [combiner.post(request), combiner.post(other)];
    Object.assign(request, { amountMinor: 2n, linked: true });
    expect(await outcomes(works)).toEqual(['created', 'created']);
    expect(await balance(request.creditAccountId)).toBe(1n);
  });

  it('nothing at all is answered with nothing, and 8,191 transfers are refused before anything is sent', async () => {
    const combiner = combinerWith();
    expect(await combiner.post([])).toEqual([]);
    const tooMany = Array.from({ length: batchSizeMax + 1 }, () => move({ from: 1n, to: 2n, amountMinor: 1n }));
    await expect(combiner.post(tooMany)).rejects.toMatchObject({ kind: 'too_large', code: 'batch_too_large' });
    expect(combiner.figures()).toMatchObject({ calls: 0, queuedItems: 0 });
  });
});

describe('linked groups', () => {
  it('of several callers in one call stand or fall by themselves', async () => {
    const combiner = combinerWith();
    const [from, to] = [await wallet(100n), await wallet()];
    const pair = (first: bigint, second: bigint) => [
      move({ from, to, amountMinor: first, linked: true }),
      move({ from, to, amountMinor: second }),
    ];
    const works = [pair(10n, 20n), pair(10n, 1_000n), pair(30n, 40n)].map((group) => combiner.post(group));
    expect(await outcomes(works)).toEqual([
      'created,created',
      'linked_group_failed,insufficient_funds',
      'created,created',
    ]);
    expect(combiner.figures().calls).toBe(1);
    expect(await balance(to)).toBe(100n);
  });

  it('left open at the end are refused for their caller alone, as the posting function does', async () => {
    const combiner = combinerWith();
    const [from, to] = [await wallet(100n), await wallet()];
    const transfer = (linked: boolean) => move({ from, to, amountMinor: 1n, linked });
    const lists = [
      [transfer(true)],
      [transfer(false), transfer(true), transfer(true)],
      [transfer(true), transfer(false), transfer(true)],
      [transfer(false)],
    ];
    const answers = await Promise.all(lists.map((list) => combiner.post(list)));
    const renewed = lists.map((list) => list.map((request) => ({ ...request, id: transferId() })));
    const expected = [];
    for (const list of renewed) expected.push(await ledger.post(list));
    const plain = (results: TransferResult[]) => results.map((result) => ({ ...result, id: '', bookedAt: '' }));
    expect(answers.map(plain)).toEqual(expected.map(plain));
    expect(answers.map(codes)[3]).toEqual(['created']);
    expect(combiner.figures()).toMatchObject({ calls: 1, items: 4 });
  });
});

describe('one id from two callers in one call', () => {
  it('happens once, and the second is told what the first did', async () => {
    const combiner = combinerWith();
    const request = await single();
    const [first, second] = await Promise.all([combiner.post(request), combiner.post(request)]);
    expect(first).toMatchObject([{ status: 'created', id: request.id }]);
    expect(second).toEqual(first.map((result) => ({ ...result, status: 'exists' })));
    expect(combiner.figures().calls).toBe(1);
    expect(await balance(request.creditAccountId)).toBe(1n);
  });

  it('with other content is refused for the second alone', async () => {
    const combiner = combinerWith();
    const request = await single();
    const works = [combiner.post(request), combiner.post({ ...request, amountMinor: 2n })];
    expect(await outcomes(works)).toEqual(['created', 'id_content_mismatch']);
  });
});

describe('a call that fails as a whole', () => {
  it.each([
    ['a plain one', {}],
    ['one of several kinds', { mode: 'available' as const }],
  ])('because of one item errs for its caller alone: %s', async (_, form) => {
    const combiner = combinerWith();
    const requests = await moves(16);
    const works = requests.map((request, index) =>
      combiner.post(index === 5 ? { ...request, ...poison } : { ...request, ...form }),
    );
    const settled = await Promise.allSettled(works);
    expect(settled.map(({ status }) => status)).toEqual(
      requests.map((_request, index) => (index === 5 ? 'rejected' : 'fulfilled')),
    );
    const ids = requests.map(({ id }) => id);
    expect(await lookupTransfers(database.client, ids)).toHaveLength(15);
    expect(combiner.figures()).toMatchObject({ calls: 9, divisions: 4 });
  });

  it('because its statement was cancelled is divided until the one that waits stands alone', async () => {
    const combiner = combinerWith();
    const requests = await moves(3);
    const slow = await single();
    const release = await hold(slow.creditAccountId);
    const cancelled = outcomes([combiner.post(slow)]);
    const quick = requests.map((request) => combiner.post(request));
    // First all four, then it and its neighbour, then it alone.
    for (let round = 0; round < 3; round += 1) {
      const waiting = await blocked(1);
      const { calls } = combiner.figures();
      await cancel(waiting);
      while (combiner.figures().callsInFlight > 0 && combiner.figures().calls === calls) await database.ping();
    }
    expect(await cancelled).toEqual(['P2010']);
    expect(await outcomes(quick)).toEqual(['created', 'created', 'created']);
    await release();
  });

  it('because others keep an account locked waits for it once, and books nothing', async () => {
    const combiner = combinerWith();
    const requests = await moves(7);
    const slow = await single();
    const release = await hold(slow.creditAccountId);
    const all = [slow, ...requests];
    expect(await outcomes(all.map((request) => combiner.post(request)))).toEqual(all.map(() => 'ledger_busy'));
    expect(combiner.figures()).toMatchObject({ calls: 1, divisions: 0, repeats: 0 });
    await release();
    expect(await outcomes(all.map((request) => combiner.post(request)))).toEqual(all.map(() => 'created'));
  });

  it('and used up its time in one half leaves the other half unsent, with a refusal that is not final', async () => {
    fakeTime('performance');
    const combiner = combinerWith();
    const [first, second, third] = [await single(), await single(), await single()];
    const slow = await single();
    const release = await hold(slow.creditAccountId);
    const works = [slow, first, { ...second, condition: { ownerAvailableAtLeastMinor: 0n } }, third].map((request) =>
      combiner.post(request),
    );
    const settled = outcomes(works);
    await blocked(1);
    vi.advanceTimersByTime(4_000);
    await release();
    expect(await settled).toEqual(['created', 'created', 'overloaded', 'overloaded']);
    expect(combiner.figures()).toMatchObject({ calls: 2, divisions: 1 });
    expect(codes(await combiner.post(third))).toEqual(['created']);
  });

  it('because another call took one of the ids is repeated, and everybody is answered', async () => {
    const combiner = combinerWith();
    const requests = await moves(5);
    const taken = await single();
    const [from, to] = [await wallet(1n), await wallet()];
    const release = await hold(to, taken);
    const works = [...requests, { ...taken, debitAccountId: from, creditAccountId: to }].map((request) =>
      combiner.post(request),
    );
    await blocked(1);
    await release('commit');
    expect(await outcomes(works)).toEqual([...requests.map(() => 'created'), 'id_content_mismatch']);
    expect(combiner.figures()).toMatchObject({ repeats: 1, divisions: 0 });
  });
});

describe('a connection that breaks', async () => {
  const cluster = new URL(inject('clusterUrl'));
  const proxy = await tcpProxy({ host: cluster.hostname, port: Number.parseInt(cluster.port, 10) });
  const url = new URL(database.adminUrl);
  url.port = String(proxy.port);
  const behindProxy = createDatabase(url.href, { connectionsMax: 4 });
  afterAll(async () => {
    await behindProxy.close();
    await proxy.close();
  });

  it('before the answer arrived is asked again with the same ids, and each transfer happens once', async () => {
    const combiner = combinerWith({}, behindProxy);
    const requests = await moves(8);
    const slow = await single();
    const release = await hold(slow.creditAccountId);
    const works = [...requests, slow].map((request) => combiner.post(request));
    await blocked(1);
    await proxy.cut();
    await proxy.mend();
    await release();
    // The first call was committed without anybody to tell; the second finds what it booked.
    expect(await outcomes(works)).toEqual(works.map(() => 'exists'));
    expect(await balance(slow.creditAccountId)).toBe(1n);
    expect(await balance(requests[0]?.creditAccountId ?? 0n)).toBe(8n);
    expect(combiner.figures()).toMatchObject({ divisions: 0 });
  });

  it('leaves the outcome open even when asking again ends in another error', async () => {
    const combiner = combinerWith({}, behindProxy);
    const [from, to] = [await wallet(1n), await wallet()];
    const release = await hold(to);
    const work = Promise.allSettled([combiner.post(move({ from, to, amountMinor: 1n }))]);
    const sentFirst = await blocked(1);
    await proxy.cut();
    await proxy.mend();
    await cancel((await blocked(2)).filter((pid) => !sentFirst.includes(pid)));
    const [outcome] = await work;
    expect(outcome.status === 'rejected' && isDatabaseUnavailable(outcome.reason)).toBe(true);
    await release();
    // What the first call did, with nobody left to tell.
    while ((await balance(to)) === 0n) await database.ping();
  });

  it('and stays broken ends in its error after a bounded number of attempts, and works again later', async () => {
    const combiner = combinerWith({}, behindProxy);
    const requests = await moves(4);
    await proxy.cut();
    const settled = await Promise.allSettled(requests.map((request) => combiner.post(request)));
    await proxy.mend();
    expect(settled.map((outcome) => outcome.status === 'rejected' && isDatabaseUnavailable(outcome.reason))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(combiner.figures()).toMatchObject({ calls: 5, repeats: 4, divisions: 0 });
    expect(await outcomes(requests.map((request) => combiner.post(request)))).toEqual(requests.map(() => 'created'));
  });
});

describe('back-pressure', () => {
  /** A combiner whose only lane waits for an account. */
  async function stuck(options: CombinerOptions) {
    const combiner = combinerWith({ lanesMax: 1, ...options });
    const [from, to] = [await wallet(1n), await wallet()];
    const release = await hold(to);
    const first = combiner.post(move({ from, to, amountMinor: 1n }));
    await blocked(1);
    return { combiner, first, release };
  }

  it('refuses at once what no longer fits, stores nothing of it, and takes the same id later', async () => {
    const { combiner, first, release } = await stuck({ queueItemsMax: 3 });
    const requests = await moves(4);
    const late = requests.slice(3);
    const works = [combiner.post(requests.slice(0, 3)), combiner.post(late)];
    await expect(works[1]).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    expect(combiner.figures()).toMatchObject({ calls: 1, queuedItems: 3, overloaded: 1 });
    expect(
      await lookupTransfers(
        database.client,
        late.map(({ id }) => id),
      ),
    ).toEqual([]);
    await release();
    expect(await outcomes([first, ...works.slice(0, 1)])).toEqual(['created', 'created,created,created']);
    expect(codes(await combiner.post(late))).toEqual(['created']);
  });

  it('refuses what waited too long without having sent it, and only that', async () => {
    fakeTime('performance', 'setTimeout', 'clearTimeout');
    const { combiner, first, release } = await stuck({ waitMsMax: 2_000 });
    const [early, late] = [await moves(2), await moves(1)];
    const refused = expect(combiner.post(early)).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    vi.advanceTimersByTime(1_500);
    const later = combiner.post(late);
    vi.advanceTimersByTime(500);
    await refused;
    await release();
    expect(await outcomes([first, later])).toEqual(['created', 'created']);
    expect(combiner.figures()).toMatchObject({ calls: 2, items: 2, queuedItems: 0, overloaded: 1 });
    expect(
      await lookupTransfers(
        database.client,
        early.map(({ id }) => id),
      ),
    ).toEqual([]);
  });

  it('a caller that gives up while it waits books nothing; one already on its way is answered', async () => {
    const { combiner, first, release } = await stuck({});
    const [leaving, staying, sent] = [await moves(2), await moves(1), await moves(1)];
    const [impatience, tooLate] = [new AbortController(), new AbortController()];
    const left = combiner.post(leaving, impatience.signal);
    const stayed = combiner.post(staying, new AbortController().signal);
    impatience.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(combiner.post(leaving, impatience.signal)).rejects.toThrow('gone');
    expect(combiner.figures().queuedItems).toBe(1);
    await release();
    expect(await outcomes([first, stayed])).toEqual(['created', 'created']);
    const answered = combiner.post(sent, tooLate.signal);
    await new Promise(setImmediate);
    tooLate.abort();
    expect(codes(await answered)).toEqual(['created']);
    expect(
      await lookupTransfers(
        database.client,
        leaving.map(({ id }) => id),
      ),
    ).toEqual([]);
  });

  it('closing answers everything that was accepted and refuses the rest', async () => {
    const { combiner, first, release } = await stuck({});
    const waiting = combiner.post(await moves(3));
    let isClosed = false;
    const closed = combiner.close().then(() => {
      isClosed = true;
    });
    await expect(combiner.post(await moves(1))).rejects.toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    expect(isClosed).toBe(false);
    await release();
    await closed;
    expect(combiner.figures()).toMatchObject({ callsInFlight: 0, queuedItems: 0 });
    expect(await outcomes([first, waiting])).toEqual(['created', 'created,created,created']);
    await combiner.close();
  });
});
