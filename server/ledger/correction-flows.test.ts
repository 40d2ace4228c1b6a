import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { openBreaker, closeBreaker } from '#server/ledger/breaker.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import {
  approveCorrection,
  corrections,
  proposeCorrection,
  rejectCorrection,
  withdrawCorrection,
} from '#server/ledger/correction-flows.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';

const secret = 'a secret of at least thirty-two characters';
const first = randomUUID();
const second = randomUUID();
const third = randomUUID();
const issuance = systemAccountId('issuance', 'DUCAT');
const database = await testDatabase({ connectionsMax: 8 });
const { post, wallet, balance } = books(database);
const time = (): Date => new Date();

async function minted(amountMinor = 1_000n): Promise<{ account: bigint; transfer: string }> {
  const account = await wallet();
  const request = move({ from: issuance, to: account, amountMinor });
  expect((await post([request]))[0]?.status).toBe('created');
  return { account, transfer: request.id };
}

async function proposed(
  correctedTransferId: string,
  amountMinor: bigint,
  reason = 'booked twice by hand',
): Promise<string> {
  const id = randomUUID();
  const proposal = { id, correctedTransferId, amountMinor, reason, operatorId: first, time: time() };
  await database.inTransaction((tx) => proposeCorrection(tx, proposal));
  return id;
}

const approve = (id: string, operatorId = second) =>
  approveCorrection(database, { id, operatorId, time: time(), secret });
const stored = (id: string) => database.client.ledgerCorrection.findUniqueOrThrow({ where: { id } });

test('a proposal books nothing; another operator approves it, and it is booked once however often that is repeated', async () => {
  const { account, transfer } = await minted();
  const id = await proposed(transfer, 400n);
  expect(await balance(account)).toBe(1_000n);
  const booked = await approve(id);
  const again = await approve(id);
  expect(booked).toMatchObject({ status: 'created', amountMinor: 400n });
  expect(again).toEqual({ ...booked, status: 'exists' });
  expect(await balance(account)).toBe(600n);
  const reversal = await database.client.ledgerTransfer.findFirst({ where: { id: booked.id } });
  expect(reversal).toMatchObject({ relatedId: transfer, reference: id });
});

test('who proposed it never approves or rejects it, at the service and in the table', async () => {
  const { account, transfer } = await minted();
  const id = await proposed(transfer, 400n);
  await expect(approve(id, first)).rejects.toMatchObject({ code: 'correction_same_operator' });
  const own = { id, operatorId: first, time: time() };
  await expect(database.inTransaction((tx) => rejectCorrection(tx, own))).rejects.toMatchObject({
    code: 'correction_same_operator',
  });
  const forced = `UPDATE ledger.correction SET decision = 'approved', decided_by = proposed_by, decided_at = now()
    WHERE id = '${id}'`;
  await expect(asSuperuser(database, forced)).rejects.toThrow('correction_two_operators');
  await expect(database.client.$executeRawUnsafe(forced)).rejects.toThrow('permission denied');
  expect(await stored(id)).toMatchObject({ decision: null, refusedCode: null });
  expect(await balance(account)).toBe(1_000n);
});

test('two operators at once decide once', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { account, transfer } = await minted();
    const id = await proposed(transfer, 400n);
    const outcomes = await Promise.allSettled([
      approve(id, second),
      approve(id, third),
      database.inTransaction((tx) => withdrawCorrection(tx, { id, operatorId: first, time: time() })),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'correction_decided' });
    }
    const { decision } = await stored(id);
    expect(await balance(account)).toBe(decision === 'approved' ? 600n : 1_000n);
  }
});

test('several corrections never take back more than the original moved; the refused one stays open and says why', async () => {
  const { account, transfer } = await minted();
  const ids = [await proposed(transfer, 600n), await proposed(transfer, 600n)];
  await post([move({ from: issuance, to: account, amountMinor: 5_000n })]);
  const outcomes = await Promise.allSettled(ids.map((id) => approve(id)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = ids[outcomes.findIndex(({ status }) => status === 'rejected')] ?? '';
  expect(await stored(refused)).toMatchObject({ decision: null, refusedCode: 'exceeds_original_amount' });
  expect(await balance(account)).toBe(5_400n);
});

test('an approval for which the money is missing books nothing, and succeeds once the money is there', async () => {
  const { account, transfer } = await minted();
  await post([move({ from: account, to: await wallet(), amountMinor: 700n })]);
  const id = await proposed(transfer, 1_000n);
  await expect(approve(id)).rejects.toMatchObject({ code: 'insufficient_funds' });
  expect(await stored(id)).toMatchObject({ decision: null, refusedCode: 'insufficient_funds' });
  await post([move({ from: issuance, to: account, amountMinor: 700n })]);
  await approve(id);
  expect(await stored(id)).toMatchObject({ decision: 'approved', decidedBy: second, refusedCode: null });
  expect(await balance(account)).toBe(0n);
});

test('while posting is stopped a correction can be proposed and not approved; it stays open', async () => {
  const { transfer } = await minted();
  await database.inTransaction((tx) => openBreaker(tx, { actor: 'checker', reason: 'a drill' }));
  const id = await proposed(transfer, 1n);
  await expect(approve(id)).rejects.toMatchObject({ code: 'breaker_open' });
  expect(await stored(id)).toMatchObject({ decision: null, refusedCode: null });
  await database.inTransaction((tx) => closeBreaker(tx, { actor: 'operator', reason: 'the drill is over' }));
});

test('a decided correction is changed by nobody and none is deleted', async () => {
  const { transfer } = await minted();
  const id = await proposed(transfer, 5n);
  const open = `UPDATE ledger.correction SET amount_minor = 900 WHERE id = '${id}'`;
  await expect(asSuperuser(database, open)).rejects.toThrow('refused');
  await expect(
    database.inTransaction((tx) => withdrawCorrection(tx, { id, operatorId: second, time: time() })),
  ).rejects.toMatchObject({ code: 'correction_other_operator' });
  await database.inTransaction((tx) => rejectCorrection(tx, { id, operatorId: second, time: time() }));
  await expect(approve(id, third)).rejects.toMatchObject({ code: 'correction_decided' });
  await expect(
    asSuperuser(database, `UPDATE ledger.correction SET decision = NULL WHERE id = '${id}'`),
  ).rejects.toThrow('refused');
  await expect(asSuperuser(database, `DELETE FROM ledger.correction WHERE id = '${id}'`)).rejects.toThrow('refused');
});

test('what cannot be corrected is not kept as a proposal', async () => {
  const { account, transfer } = await minted();
  const stripe = systemAccountId('stripe_balance', 'USD');
  const leg = move({ from: stripe, to: systemAccountId('bridge', 'USD'), amountMinor: 5n });
  await post([leg, move({ from: systemAccountId('bridge', 'USD'), to: stripe, amountMinor: 5n })]);
  const count = await database.client.ledgerCorrection.count();
  await expect(proposed(transfer, 1_001n)).rejects.toMatchObject({ code: 'exceeds_original_amount' });
  await expect(proposed(transfer, 0n)).rejects.toMatchObject({ code: 'exceeds_original_amount' });
  await expect(proposed(transfer, 1n, 'too short')).rejects.toMatchObject({ code: 'reason_malformed' });
  await expect(proposed(transfer, 1n, 'x'.repeat(501))).rejects.toMatchObject({ code: 'reason_malformed' });
  await expect(proposed(randomUUID(), 1n)).rejects.toMatchObject({ code: 'original_not_found' });
  await expect(proposed(leg.id, 1n)).rejects.toMatchObject({ code: 'correction_through_clearing' });
  const refused = move({ from: account, to: issuance, amountMinor: 9_999n });
  expect((await post([refused]))[0]).toMatchObject({ status: 'refused' });
  await expect(proposed(refused.id, 1n)).rejects.toMatchObject({ code: 'original_not_reversible' });
  await expect(approve(randomUUID())).rejects.toMatchObject({ code: 'correction_not_found' });
  expect(await database.client.ledgerCorrection.count()).toBe(count);
});

test('the list names the open and the decided ones with their asset, and the books are sound', async () => {
  const { open, decided } = await corrections(database.client, 100);
  expect(open.every((row) => row.decision === null && row.asset === 'DUCAT')).toBe(true);
  expect(decided.length).toBeGreaterThan(10);
  expect((await checkLedger(database.client)).findings).toEqual([]);
});
