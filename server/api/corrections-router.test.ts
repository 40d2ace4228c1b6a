import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '#server/platform/session.ts';
import { books, move } from '#server/testing/ledger.ts';
import { testContext } from '#server/testing/context.ts';
import { testMarket, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { createCaller } from './root.ts';

let market: TestMarket;
let [first, second] = ['', ''];

function callerOf(citizenId: string, role: Principal['role'] = 'operator') {
  return createCaller(testContext(market, testPrincipal({ citizenId, role }))).operator.corrections;
}

beforeAll(async () => {
  market = await testMarket();
  [first, second] = [(await market.citizen()).citizenId, (await market.citizen()).citizenId];
});

/** Ten centesimi between two wallets that one operator wants back. */
async function proposal() {
  const { wallet, post, balance } = books(market.database);
  const [from, to] = [await wallet(10n), await wallet()];
  const wrong = move({ from, to, amountMinor: 10n });
  await post([wrong]);
  const input = { key: randomUUID(), transferId: wrong.id, amountMinor: 10n, reason: 'Booked for the wrong citizen.' };
  return { input, balances: async () => [await balance(from), await balance(to)] };
}

describe('a correction by hand', () => {
  it('is for operators only, each of its steps', async () => {
    const citizen = callerOf(first, 'citizen');
    const { input } = await proposal();
    await expect(citizen.list()).rejects.toThrow('operators');
    await expect(citizen.propose(input)).rejects.toThrow('operators');
    await expect(citizen.decide({ id: input.key, choice: 'approve' })).rejects.toThrow('operators');
  });

  it('moves the money back once a second operator approves, and names both', async () => {
    const { input, balances } = await proposal();
    await callerOf(first).propose(input);
    expect(await balances()).toEqual([0n, 10n]);
    await expect(callerOf(first).decide({ id: input.key, choice: 'approve' })).rejects.toMatchObject({
      cause: { code: 'correction_same_operator' },
    });
    expect(await callerOf(second).list()).toMatchObject({ open: [{ id: input.key, isOwn: false }] });
    await callerOf(second).decide({ id: input.key, choice: 'approve' });
    await callerOf(second).decide({ id: input.key, choice: 'approve' });
    expect(await balances()).toEqual([10n, 0n]);
    const { open, decided } = await callerOf(first).list();
    expect(open).toEqual([]);
    expect(decided).toMatchObject([{ id: input.key, decision: 'approved', proposedBy: first, decidedBy: second }]);
  });

  it('that is withdrawn or rejected moves nothing', async () => {
    for (const [by, choice] of [
      [first, 'withdraw'],
      [second, 'reject'],
    ] as const) {
      const { input, balances } = await proposal();
      await callerOf(first).propose(input);
      await callerOf(by).decide({ id: input.key, choice });
      await expect(callerOf(second).decide({ id: input.key, choice: 'approve' })).rejects.toMatchObject({
        cause: { code: 'correction_decided' },
      });
      expect(await balances()).toEqual([0n, 10n]);
    }
  });
});
