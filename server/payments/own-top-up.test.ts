import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fulfil } from '#server/payments/flows.ts';
import { ownTopUp } from '#server/payments/queries.ts';
import { testBridge } from '#server/testing/payments.ts';

const bridge = await testBridge();

test('a receipt is shown to its buyer and to nobody else', async () => {
  const topUp = await bridge.start({ kind: 'package', packageId: 'explorer' });
  bridge.pay(topUp.sessionId);
  await fulfil(bridge.deps, { sessionId: topUp.sessionId });
  const { client } = bridge.database;
  expect(await ownTopUp(client, topUp)).toMatchObject({ id: topUp.topUpId, state: 'credited', bonusMinor: 2_500n });
  const refusal = { kind: 'not_found', code: 'top_up_not_found' };
  await expect(ownTopUp(client, { ...topUp, citizenId: randomUUID() })).rejects.toMatchObject(refusal);
  await expect(ownTopUp(client, { ...topUp, topUpId: randomUUID() })).rejects.toMatchObject(refusal);
});
