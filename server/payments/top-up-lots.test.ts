import { describe, expect, test } from 'vitest';
import { findAccount } from '#server/ledger/accounts.ts';
import { setVelocityLimits } from '#server/ledger/limits.ts';
import { testBridge } from '#server/testing/payments.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { lotsOf, lotsOfSource } from '#server/provenance/queries.ts';
import { releaseTopUp } from './credits.ts';
import { fulfil } from './flows.ts';

const bridge = await testBridge();
const { database, deps, clock } = bridge;

async function paid(citizenId: string): Promise<string> {
  const topUp = await bridge.start({ kind: 'package', packageId: 'trader' }, citizenId);
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId, citizenId });
  await projectNews(database);
  return topUp.topUpId;
}

/** Their limits leave no room by the time it is paid. */
async function paidButKeptOut(citizenId: string): Promise<string> {
  const topUp = await bridge.start({ kind: 'package', packageId: 'trader' }, citizenId);
  const shut = { asset: 'DUCAT', kind: 'top_up_base', side: 'credit', period: '24_hours', amountMinorMax: 1n } as const;
  await database.inTransaction((tx) => setVelocityLimits(tx, citizenId, [shut]));
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId, citizenId });
  await projectNews(database);
  return topUp.topUpId;
}

async function walletLots(citizenId: string) {
  const accountId = await findAccount(database.client, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' });
  const lots = await lotsOf(database.client, accountId ?? 0n, { at: clock.now() });
  const shown = lots.map(({ kind, source, amountMinor, heldUntil }) => ({ kind, source, amountMinor, heldUntil }));
  return shown.toSorted((left, right) => left.kind.localeCompare(right.kind));
}

describe('the ducats of a top-up', () => {
  test('are bought and held until the day that the top-up names, and the bonus is granted, both of this charge', async () => {
    const citizenId = await bridge.citizen(2);
    const topUpId = await paid(citizenId);
    const { holdUntil } = await database.client.topUp.findUniqueOrThrow({ where: { id: topUpId } });
    const source = { type: 'charge', id: topUpId };
    expect(holdUntil).not.toBeNull();
    expect(await walletLots(citizenId)).toEqual([
      { kind: 'bought', source, amountMinor: 100_000n, heldUntil: holdUntil },
      { kind: 'granted', source, amountMinor: 7_500n, heldUntil: null },
    ]);
  });

  test('that waited are those of this charge when they are let in, whatever else waits beside them', async () => {
    const citizens = [await bridge.citizen(), await bridge.citizen()] as const;
    const topUpIds = [await paidButKeptOut(citizens[0]), await paidButKeptOut(citizens[1])] as const;
    const suspense = (await lotsOfSource(database.client, { type: 'charge', id: topUpIds[1] }, clock.now())).map(
      ({ accountId, kind }) => `${kind} ${String(accountId)}`,
    );
    expect(suspense.toSorted()).toEqual(['bought 5', 'granted 5']);

    await database.inTransaction((tx) => setVelocityLimits(tx, citizens[1], []));
    expect(await database.inTransaction((tx) => releaseTopUp(tx, deps, topUpIds[1]))).toBe(true);
    await projectNews(database);
    const lots = await walletLots(citizens[1]);
    expect(lots.map(({ kind, source, amountMinor }) => [kind, source.id, amountMinor])).toEqual([
      ['bought', topUpIds[1], 100_000n],
      ['granted', topUpIds[1], 7_500n],
    ]);
    expect(await database.client.lotDefect.count()).toBe(0);
  });
});
