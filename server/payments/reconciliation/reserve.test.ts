import { expect, test } from 'vitest';
import { fulfil } from '#server/payments/flows.ts';
import { readReserve } from '#server/payments/reconciliation/reserve.ts';
import { systemIds } from '#server/platform/ids.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { noteHold } from '#server/provenance/notes.ts';
import { testBridge } from '#server/testing/payments.ts';

const bridge = await testBridge();
const { deps, database, clock } = bridge;

test('every ducat that was issued is somewhere, and what is held is told until it clears or is lifted', async () => {
  const topUp = await bridge.start({ kind: 'package', packageId: 'explorer' });
  bridge.pay(topUp.sessionId);
  await fulfil(deps, { sessionId: topUp.sessionId });
  await projectNews(database);
  const now = await readReserve(database.client, clock.now());
  const parts = now.walletsMinor + now.escrowMinor + now.suspenseMinor + now.houseMinor;
  expect(parts).toBe(now.issuedMinor);
  // The base is held 7 days, because the card is new; the bonus never is.
  expect(now).toMatchObject({ walletsMinor: 52_500n, heldMinor: 50_000n, floatMinor: 5_000n, dollarsMinor: 5_125n });
  const later = new Date(clock.now().getTime() + 8 * 86_400_000);
  expect((await readReserve(database.client, later)).heldMinor).toBe(0n);
  const source = { type: 'charge' as const, id: topUp.topUpId };
  const lift = {
    source,
    holdUntil: null,
    isLift: true as const,
    reason: 'Known well.',
    at: clock.now(),
    ids: systemIds,
  };
  await database.inTransaction((tx) => noteHold(tx, lift));
  const after = new Date(clock.now().getTime() + 60_000);
  expect((await readReserve(database.client, after)).heldMinor).toBe(0n);
});
