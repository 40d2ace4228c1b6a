import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { marketClosing } from '#server/market/account.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { expireDucatRequests } from '#server/market/peer-transfers/ducat-request-jobs.ts';
import { ducatRequestForParty, openRequestsFor } from '#server/market/peer-transfers/ducat-request-queries.ts';
import { declineRequest, withdrawRequest } from '#server/market/peer-transfers/ducat-requests.ts';
import { requestRules } from '#server/market/peer-transfers/peer-transfer-rules.ts';
import type { TestCitizen } from '#server/testing/market.ts';
import { testPeers } from '#server/testing/peer-transfers.ts';

const peers = await testPeers();
const { database, deps, clock } = peers;
const { client } = database;
const dayMs = 86_400_000;
const connections = 16;

const wallet = ({ citizenId }: TestCitizen) => peers.balance(citizenId, 'wallet');
const decline = ({ citizenId: payerId }: TestCitizen, requestId: string) =>
  database.inTransaction((tx) => declineRequest(tx, deps, { payerId, requestId }));
const withdraw = ({ citizenId: askerId }: TestCitizen, requestId: string) =>
  database.inTransaction((tx) => withdrawRequest(tx, deps, { askerId, requestId }));
const seen = ({ citizenId }: TestCitizen, requestId: string) =>
  ducatRequestForParty(client, { requestId, citizenId, now: clock.now() });

async function asked(amountMinor = 10_00n) {
  const [asker, payer] = [await peers.citizen(), await peers.citizen({ ducatsMinor: 100_00n })];
  const { requestId } = await peers.ask(asker, payer, { amountMinor, note: 'Your half of the gondola.' });
  return { asker, payer, requestId };
}

test('a request is told to its payer, moves nothing, and is paid once, with a receipt for both', async () => {
  const { asker, payer, requestId } = await asked();
  expect(await peers.notified(payer)).toEqual(['ducats_requested']);
  expect(await wallet(asker)).toBe(0n);
  const receipt = await peers.pay(payer, requestId);
  expect(await peers.pay(payer, requestId)).toEqual(receipt);
  expect([await wallet(asker), await wallet(payer)]).toEqual([10_00n, 90_00n]);
  for (const side of [asker, payer])
    expect(await seen(side, requestId)).toMatchObject({ state: 'paid', peerTransferId: receipt.peerTransferId });
  expect(await peers.notified(asker)).toEqual(['ducats_received']);
});

test(`paid ${String(connections)} times at once it is paid once`, async () => {
  const { asker, payer, requestId } = await asked();
  const receipts = await Promise.all(Array.from({ length: connections }, () => peers.pay(payer, requestId)));
  expect(new Set(receipts.map(({ peerTransferId }) => peerTransferId)).size).toBe(1);
  expect([await wallet(asker), await wallet(payer)]).toEqual([10_00n, 90_00n]);
});

test('paid and declined and withdrawn at once, exactly one wins and the money follows it', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { asker, payer, requestId } = await asked();
    const outcomes = await Promise.allSettled([
      peers.pay(payer, requestId),
      decline(payer, requestId),
      withdraw(asker, requestId),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of lost) expect(reason).toMatchObject({ code: 'request_not_open' });
    const { state, peerTransferId } = await seen(asker, requestId);
    expect(await wallet(asker)).toBe(state === 'paid' ? 10_00n : 0n);
    expect(peerTransferId === null).toBe(state !== 'paid');
  }
});

test('only its payer pays or declines, only its asker withdraws, and for others it does not exist', async () => {
  const { asker, payer, requestId } = await asked();
  const stranger = await peers.citizen({ ducatsMinor: 50_00n });
  const notFound = { code: 'request_not_found' };
  await expect(peers.pay(stranger, requestId)).rejects.toMatchObject(notFound);
  await expect(peers.pay(asker, requestId)).rejects.toMatchObject(notFound);
  await expect(decline(asker, requestId)).rejects.toMatchObject(notFound);
  await expect(withdraw(payer, requestId)).rejects.toMatchObject(notFound);
  await expect(seen(stranger, requestId)).rejects.toMatchObject(notFound);
  await expect(peers.pay(payer, randomUUID())).rejects.toMatchObject(notFound);
  expect(await seen(payer, requestId)).toMatchObject({ state: 'open', side: 'received' });
});

test('a refused payment leaves the request open, and it can be paid later', async () => {
  const { asker, payer, requestId } = await asked(150_00n);
  await expect(peers.pay(payer, requestId)).rejects.toMatchObject({ code: 'insufficient_funds' });
  expect(await seen(payer, requestId)).toMatchObject({ state: 'open', peerTransferId: null });
  await peers.give(payer, [{ kind: 'bought', amountMinor: 50_00n }]);
  await peers.pay(payer, requestId);
  expect(await wallet(asker)).toBe(150_00n);
});

test('declined and withdrawn ones are told to the other side, and both answers can be repeated', async () => {
  const first = await asked();
  expect(await decline(first.payer, first.requestId)).toEqual({ requestId: first.requestId, state: 'declined' });
  expect(await decline(first.payer, first.requestId)).toEqual({ requestId: first.requestId, state: 'declined' });
  expect(await peers.notified(first.asker)).toEqual(['request_declined']);
  const second = await asked();
  await withdraw(second.asker, second.requestId);
  await withdraw(second.asker, second.requestId);
  expect(await peers.notified(second.payer)).toEqual(['ducats_requested', 'request_withdrawn']);
});

test('after 14 days it has expired: nobody can pay it, also before the worker ends it, which tells the asker once', async () => {
  const { asker, payer, requestId } = await asked();
  const now = clock.now();
  clock.set(new Date(now.getTime() + requestRules.openDays * dayMs));
  expect(await seen(payer, requestId)).toMatchObject({ state: 'expired', closedAt: null });
  await expect(peers.pay(payer, requestId)).rejects.toMatchObject({ code: 'request_not_open' });
  expect(await openRequestsFor(client, { citizenId: payer.citizenId, now: clock.now() })).toBe(0);
  await expireDucatRequests(deps);
  expect(await expireDucatRequests(deps)).toBe(0);
  expect(await seen(asker, requestId)).toMatchObject({ state: 'expired', closedAt: clock.now() });
  expect(await peers.notified(asker)).toEqual(['request_expired']);
  expect(await wallet(asker)).toBe(0n);
  clock.set(now);
});

test('whoever muted the asker finds the request on their page and is not told of it', async () => {
  const [asker, payer] = [await peers.citizen(), await peers.citizen()];
  const mute = { by: payer.citizenId, citizenId: asker.citizenId, kind: 'mute', isOn: true, clock } as const;
  await database.inTransaction((tx) => setBlock(tx, mute));
  await peers.ask(asker, payer, { amountMinor: 3_00n });
  expect(await peers.notified(payer)).toEqual([]);
  expect(await openRequestsFor(client, { citizenId: payer.citizenId, now: clock.now() })).toBe(1);
});

test('one key asks once; with other contents it is refused', async () => {
  const [asker, payer] = [await peers.citizen(), await peers.citizen()];
  const key = randomUUID();
  const ask = (amountMinor: bigint) => peers.ask(asker, payer, { amountMinor, key });
  const receipts = await Promise.all(Array.from({ length: 8 }, () => ask(3_00n)));
  expect(new Set(receipts.map(({ requestId }) => requestId)).size).toBe(1);
  await expect(ask(4_00n)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  expect(await peers.notified(payer)).toEqual(['ducats_requested']);
});

test('three may be open between two, and twenty are made in a day, also when all are asked at once', async () => {
  const asker = await peers.citizen();
  const payer = await peers.citizen();
  const many = await Promise.allSettled(
    Array.from({ length: connections }, () => peers.ask(asker, payer, { amountMinor: 1n })),
  );
  expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(requestRules.openOfPairMax);
  for (const outcome of many)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'request_limit_pair' });
  for (let made = requestRules.openOfPairMax; made < requestRules.perDayMax; made += 1)
    await peers.ask(asker, await peers.citizen(), { amountMinor: 1n });
  await expect(peers.ask(asker, await peers.citizen(), { amountMinor: 1n })).rejects.toMatchObject({
    code: 'request_limit_day',
  });
});

test('with an account its open requests end, on both sides', async () => {
  const { asker, payer, requestId } = await asked();
  const other = await peers.citizen();
  const { requestId: received } = await peers.ask(other, asker, { amountMinor: 2_00n });
  const closing = { clock, ids: deps.ids, secret: deps.secret, parts: [marketClosing] };
  const confirmation = await peers.username(asker);
  await database.inTransaction((tx) => closeAccount(tx, closing, { citizenId: asker.citizenId, confirmation }));
  expect(await seen(payer, requestId)).toMatchObject({ state: 'withdrawn' });
  expect(await seen(other, received)).toMatchObject({ state: 'declined' });
  await expect(peers.pay(payer, requestId)).rejects.toMatchObject({ code: 'recipient_not_found' });
  expect(await wallet(payer)).toBe(100_00n);
});
