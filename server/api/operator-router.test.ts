import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { openBreaker } from '#server/ledger/breaker.ts';
import { deliverCrossings, foldAccountGroups } from '#server/ledger/maintenance-jobs.ts';
import { setMonitor } from '#server/ledger/monitors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { once } from '#server/platform/once.ts';
import type { Principal } from '#server/platform/session.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { untilSettled } from '#server/testing/ledger-contention.ts';
import { books, move } from '#server/testing/ledger.ts';
import { sealTwoMonths } from '#server/testing/ledger-seals.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket } from '#server/testing/market.ts';
import type { TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { createCaller } from './root.ts';

let market: TestMarket;
let operatorId: string;

/** What this process logs, line by line. */
const logged: string[] = [];
once('log', () => pino({}, { write: (line: string) => logged.push(line) }));

function callerOf(role: Principal['role'], citizenId: string) {
  return createCaller(testContext(market, testPrincipal({ citizenId, role }))).operator;
}

beforeAll(async () => {
  market = await testMarket();
  operatorId = (await market.citizen()).citizenId;
});

describe("the operator's overview", () => {
  it('reads no books: it says so when they were never checked', async () => {
    const overview = await callerOf('operator', operatorId).overview();
    expect(overview).toMatchObject({ full: null, incremental: null, runs: [] });
    expect(overview.breaker).toEqual({ isOpen: false, lastChange: null, actorName: null });
    expect(await market.database.client.ledgerCheckRun.count()).toBe(0);
  });

  it('shows the last result of each kind and those before them, newest first', async () => {
    const operator = callerOf('operator', operatorId);
    expect(await operator.checkBooks({ kind: 'full' })).toEqual({ kind: 'full', ok: true, findings: 0 });
    for (let round = 0; round < 12; round += 1) await operator.checkBooks({ kind: 'incremental' });
    const { full, incremental, runs } = await operator.overview();
    expect(full).toMatchObject({ kind: 'full', ok: true, findings: [] });
    expect(runs).toHaveLength(10);
    expect(runs[0]).toEqual(incremental);
    expect(runs.map(({ id }) => id)).toEqual(runs.map(({ id }) => id).toSorted((a, b) => Number(b - a)));
  });
});

describe('what the overview says of the money', () => {
  it('is the roll-ups with their horizon, and nothing of accounts one by one', async () => {
    const { wallet, post } = books(market.database);
    const owner = await wallet(500n);
    await post([move({ from: owner, to: await wallet(), amountMinor: 100n })]);
    await untilSettled(market.database);
    await foldAccountGroups(market.database);
    const { groups, totals } = await callerOf('operator', operatorId).overview();
    expect(groups.map(({ name }) => name)).toEqual(['escrow', 'held_by_citizens', 'wallets']);
    const wallets = groups.find(({ name }) => name === 'wallets');
    const issued = totals.find(({ kind }) => kind === 'issuance');
    expect(wallets?.totalMinor).toBe(-(issued?.balanceMinor ?? 0n));
    expect(wallets?.totalMinor).toBe((wallets?.foldedMinor ?? 0n) + (wallets?.tailMinor ?? 0n));
    expect(wallets?.horizon).toBeGreaterThan(0n);
    expect(wallets?.foldedAt).toBeInstanceOf(Date);
  });

  it('lists the latest crossings of watched balances, newest first, and none before there are any', async () => {
    const operator = callerOf('operator', operatorId);
    expect((await operator.overview()).crossings).toEqual([]);
    const [issuance, treasury] = [systemAccountId('issuance', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
    const line = { accountId: treasury, measure: 'balance', comparison: 'below', thresholdMinor: 10n } as const;
    await market.database.inTransaction((tx) => setMonitor(tx, line));
    const { post } = books(market.database);
    for (let round = 0; round < 21; round += 1) {
      await post([move({ from: issuance, to: treasury, amountMinor: 30n })]);
      await post([move({ from: treasury, to: issuance, amountMinor: 30n - BigInt(round % 10) })]);
      await post([move({ from: treasury, to: issuance, amountMinor: BigInt(round % 10) })]);
    }
    await untilSettled(market.database);
    expect(await deliverCrossings(market.database, { clock: market.clock, ids: systemIds })).toBe(21);
    const { crossings } = await operator.overview();
    expect(crossings).toHaveLength(20);
    expect(crossings[0]).toMatchObject({ kind: 'treasury', isHouse: true, thresholdMinor: 10n, figureMinor: 0n });
    const times = crossings.map(({ occurredAt }) => occurredAt.getTime());
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    expect(Object.keys(crossings[0] ?? {})).not.toContain('accountId');
  });
});

describe('what an operator sees of sealed months', () => {
  it('is their state, newest first, and nothing before there are any', async () => {
    const other = await testMarket();
    const operator = createCaller(
      testContext(other, testPrincipal({ citizenId: operatorId, role: 'operator' })),
    ).operator;
    expect((await operator.overview()).seals).toEqual([]);
    await sealTwoMonths(other.database);
    expect((await operator.overview()).seals).toMatchObject([
      { transfers: 2n, sealedBy: 'Ispettore', detached: null },
      { transfers: 5n, sealedBy: 'Ispettore', detached: { by: 'Ispettore' } },
    ]);
  });
});

describe('what an operator does about the books', () => {
  it('is for operators only', async () => {
    const citizen = callerOf('citizen', operatorId);
    await expect(citizen.overview()).rejects.toThrow('operators');
    await expect(citizen.checkBooks({ kind: 'full' })).rejects.toThrow('operators');
    await expect(citizen.closeBreaker({ reason: 'because I want to spend' })).rejects.toThrow('operators');
  });

  it('checking wrong books stops posting, and posting goes on with a reason and a name', async () => {
    const operator = callerOf('operator', operatorId);
    const { post, wallet } = books(market.database);
    const mint = async () => {
      const [result] = await post([move({ from: systemAccountId('issuance', 'DUCAT'), to: account, amountMinor: 5n })]);
      return result?.status;
    };
    const account = await wallet();
    await asSuperuser(market.database, 'UPDATE ledger.account SET balance = balance + 1 WHERE id = 2');
    expect(await operator.checkBooks({ kind: 'incremental' })).toMatchObject({ ok: false });
    expect(logged.filter((line) => line.includes('posting has stopped'))).toHaveLength(1);
    expect(await mint()).toBe('refused');
    expect((await operator.overview()).breaker).toMatchObject({ isOpen: true, lastChange: { actor: 'checker' } });

    await asSuperuser(market.database, 'UPDATE ledger.account SET balance = balance - 1 WHERE id = 2');
    await expect(operator.closeBreaker({ reason: '   fixed   ' })).rejects.toThrow();
    expect((await operator.overview()).breaker.isOpen).toBe(true);
    await operator.closeBreaker({ reason: '  The balance was restored from the journal.  ' });
    const { breaker } = await operator.overview();
    const reason = 'The balance was restored from the journal.';
    expect(breaker).toMatchObject({ isOpen: false, lastChange: { actor: operatorId, reason } });
    expect(breaker.actorName).not.toBeNull();
    expect(await mint()).toBe('created');
    expect(await operator.checkBooks({ kind: 'full' })).toMatchObject({ ok: true });
  });

  it('letting posting go on twice is refused the second time, and noted once', async () => {
    const operator = callerOf('operator', operatorId);
    await market.database.inTransaction((tx) => openBreaker(tx, { actor: 'somebody', reason: 'a drill' }));
    expect((await operator.overview()).breaker).toMatchObject({ isOpen: true, actorName: null });
    const before = await market.database.client.ledgerBreakerEvent.count();
    await operator.closeBreaker({ reason: 'The drill is over.' });
    await expect(operator.closeBreaker({ reason: 'The drill is over.' })).rejects.toThrow('already');
    expect(await market.database.client.ledgerBreakerEvent.count()).toBe(before + 1);
  });
});
