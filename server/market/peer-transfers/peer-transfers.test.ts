import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { closeAccount } from '#server/citizens/closing.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import { marketClosing } from '#server/market/account.ts';
import { setBlock } from '#server/market/people/blocks.ts';
import { recipientOf } from '#server/market/peer-transfers/peer-transfer-flows.ts';
import {
  previewSending,
  peerTransferForParty,
  peerTransfersOf,
} from '#server/market/peer-transfers/peer-transfer-queries.ts';
import { addDebt } from '#server/payments/disputes/debts.ts';
import type { TestCitizen } from '#server/testing/market.ts';
import { testPeers } from '#server/testing/peer-transfers.ts';

const peers = await testPeers();
const { database, deps, clock } = peers;
const { client } = database;
const connections = 16;

const wallet = ({ citizenId }: TestCitizen) => peers.balance(citizenId, 'wallet');
const rowsOf = ({ citizenId }: TestCitizen) => client.peerTransfer.count({ where: { senderId: citizenId } });

async function codes(attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(attempts);
  return outcomes
    .map((outcome) => (outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code?: string }).code))
    .map((code) => code ?? 'failed')
    .sort();
}

async function pair(ducatsMinor: bigint): Promise<[TestCitizen, TestCitizen]> {
  return [await peers.citizen({ ducatsMinor }), await peers.citizen()];
}

describe('sending', () => {
  test('moves the amount from wallet to wallet, takes no fee, and both have a receipt and a notification', async () => {
    const [sender, recipient] = await pair(50_00n);
    const fees = await peers.feesMinor();
    const { peerTransferId } = await peers.send(sender, recipient, { amountMinor: 20_00n, note: 'For the oars.' });
    expect([await wallet(sender), await wallet(recipient), await peers.feesMinor()]).toEqual([30_00n, 20_00n, fees]);
    const seen = (citizen: TestCitizen) =>
      peerTransferForParty(client, { peerTransferId, citizenId: citizen.citizenId });
    expect(await seen(sender)).toMatchObject({ direction: 'sent', amountMinor: 20_00n, note: 'For the oars.' });
    expect(await seen(recipient)).toMatchObject({ direction: 'received', amountMinor: 20_00n });
    await expect(seen(await peers.citizen())).rejects.toMatchObject({ code: 'peer_transfer_not_found' });
    expect(await peers.notified(sender)).toEqual(['ducats_sent']);
    expect(await peers.notified(recipient)).toEqual(['ducats_received']);
    const page = { direction: 'received', limit: 10 } as const;
    const list = await peerTransfersOf(client, { ...page, citizenId: recipient.citizenId });
    expect(list.items.map(({ id }) => id)).toEqual([peerTransferId]);
  });

  test('twice with one key sends once and answers alike; with other contents it is refused', async () => {
    const [sender, recipient] = await pair(50_00n);
    const key = randomUUID();
    const first = await peers.send(sender, recipient, { amountMinor: 20_00n, key });
    expect(await peers.send(sender, recipient, { amountMinor: 20_00n, key })).toEqual(first);
    await expect(peers.send(sender, recipient, { amountMinor: 21_00n, key })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect([await wallet(sender), await wallet(recipient), await rowsOf(sender)]).toEqual([30_00n, 20_00n, 1]);
  });

  test(`${String(connections)} times at once with one key sends once`, async () => {
    const [sender, recipient] = await pair(50_00n);
    const key = randomUUID();
    const attempts = Array.from({ length: connections }, () =>
      peers.send(sender, recipient, { amountMinor: 5_00n, key }),
    );
    const receipts = await Promise.all(attempts);
    expect(new Set(receipts.map(({ peerTransferId }) => peerTransferId)).size).toBe(1);
    expect([await wallet(sender), await wallet(recipient)]).toEqual([45_00n, 5_00n]);
  });

  test(`${String(connections)} at once from one wallet never overdraw it`, async () => {
    const [sender, recipient] = await pair(50_00n);
    const attempts = Array.from({ length: connections }, () => peers.send(sender, recipient, { amountMinor: 10_00n }));
    const outcomes = await codes(attempts);
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(5);
    expect(outcomes.filter((code) => code === 'insufficient_funds')).toHaveLength(connections - 5);
    expect([await wallet(sender), await wallet(recipient), await rowsOf(sender)]).toEqual([0n, 50_00n, 5]);
  });

  test('to each other at once neither waits for ever nor loses a centesimo', async () => {
    const [one, other] = await pair(50_00n);
    await peers.give(other, [{ kind: 'bought', amountMinor: 50_00n }]);
    const both = Array.from({ length: 8 }, () => [
      peers.send(one, other, { amountMinor: 3_00n }),
      peers.send(other, one, { amountMinor: 2_00n }),
    ]);
    expect(await codes(both.flat())).toEqual(Array.from({ length: 16 }, () => 'done'));
    expect([await wallet(one), await wallet(other)]).toEqual([42_00n, 58_00n]);
  });
});

describe('nothing is sent', () => {
  test('to oneself, to nobody, to the machinery of Venice, and to an account that was closed', async () => {
    const [sender, gone] = await pair(50_00n);
    const own = await peers.username(sender);
    const formerName = await peers.username(gone);
    const closing = { clock, ids: deps.ids, secret: deps.secret, parts: [marketClosing] };
    await database.inTransaction((tx) =>
      closeAccount(tx, closing, { citizenId: gone.citizenId, confirmation: formerName }),
    );
    const pseudonym = await peers.username(gone);
    const to = (username: string) => peers.send(sender, gone, { amountMinor: 1_00n, username });
    await expect(to(own)).rejects.toMatchObject({ code: 'own_wallet' });
    for (const name of ['Nobody_Of_This_Name', 'ConsiglioDeiDieci', formerName, pseudonym])
      await expect(to(name)).rejects.toMatchObject({ code: 'recipient_not_found' });
    expect([await wallet(sender), await rowsOf(sender)]).toEqual([50_00n, 0]);
  });

  test('to whoever blocked the sender, whom they cannot ask for ducats either', async () => {
    const [sender, recipient] = await pair(50_00n);
    const block = { by: recipient.citizenId, citizenId: sender.citizenId, kind: 'block', isOn: true, clock } as const;
    await database.inTransaction((tx) => setBlock(tx, block));
    const blocks = { code: 'recipient_blocks' };
    await expect(peers.send(sender, recipient, { amountMinor: 1_00n })).rejects.toMatchObject(blocks);
    const username = await peers.username(recipient);
    await expect(recipientOf(client, { senderId: sender.citizenId, username })).rejects.toMatchObject(blocks);
    await peers.give(recipient, [{ kind: 'bought', amountMinor: 2_00n }]);
    await peers.send(recipient, sender, { amountMinor: 1_00n });
    expect(await wallet(sender)).toBe(51_00n);
  });

  test('beyond the limits of the level, over many at once, and the preview says so first', async () => {
    const [sender, recipient] = [await peers.citizen({ level: 0, ducatsMinor: 900_00n }), await peers.citizen()];
    const ask = { senderId: sender.citizenId, recipientId: recipient.citizenId, now: clock.now() };
    await expect(previewSending(client, { ...ask, amountMinor: 500_01n })).rejects.toMatchObject({
      code: 'send_limit',
      details: { leftMinor: '50000' },
    });
    const attempts = Array.from({ length: connections }, () => peers.send(sender, recipient, { amountMinor: 100_00n }));
    const outcomes = await codes(attempts);
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(5);
    expect(outcomes.filter((code) => code === 'send_limit')).toHaveLength(connections - 5);
    expect(await wallet(recipient)).toBe(500_00n);
  });

  test('while a chargeback is open, after a reset of the factors, and by whoever owes', async () => {
    const [sender, recipient] = await pair(50_00n);
    const event = async (kind: 'chargeback' | 'factors_reset', { citizenId }: TestCitizen) => {
      clock.advance(1);
      const what = { citizenId, kind, reference: randomUUID(), occurredAt: clock.now(), ids: deps.ids };
      await database.inTransaction((tx) => noteTrustEvent(tx, what));
    };
    await database.inTransaction((tx) =>
      addDebt(tx, deps, { citizenId: sender.citizenId, cause: 'refund', reference: randomUUID(), amountMinor: 5n }),
    );
    const send = (citizen: TestCitizen) => peers.send(citizen, recipient, { amountMinor: 1_00n });
    await expect(send(sender)).rejects.toMatchObject({ code: 'debt_before_sending' });
    const reset = await peers.citizen({ ducatsMinor: 5_00n });
    await event('factors_reset', reset);
    await expect(send(reset)).rejects.toMatchObject({ code: 'send_not_before' });
    const charged = await peers.citizen({ ducatsMinor: 5_00n });
    await event('chargeback', charged);
    await expect(send(charged)).rejects.toMatchObject({ code: 'trust_frozen' });
    expect(await wallet(recipient)).toBe(0n);
  });

  test('of more than there is, and then no receipt, notification or event stays behind', async () => {
    const [sender, recipient] = await pair(50_00n);
    await expect(peers.send(sender, recipient, { amountMinor: 50_01n })).rejects.toMatchObject({
      code: 'insufficient_funds',
    });
    expect(await rowsOf(sender)).toBe(0);
    expect(await peers.notified(sender)).toEqual([]);
    expect(
      await client.outboxEvent.count({
        where: { type: 'ducats.sent', payload: { path: ['senderId'], equals: sender.citizenId } },
      }),
    ).toBe(0);
  });
});

test('a preview says who it is, what remains, and which ducats leave', async () => {
  const [sender, recipient] = [await peers.citizen(), await peers.citizen()];
  await peers.give(sender, [
    { kind: 'granted', amountMinor: 5_00n },
    { kind: 'bought', amountMinor: 7_00n, holdUntil: new Date(clock.now().getTime() + 86_400_000) },
  ]);
  await peers.lots(sender);
  const ask = { senderId: sender.citizenId, recipientId: recipient.citizenId, now: clock.now() };
  expect(await previewSending(client, { ...ask, amountMinor: 6_00n })).toEqual({
    recipient: expect.objectContaining({ citizenId: recipient.citizenId }) as unknown,
    amountMinor: 6_00n,
    availableMinor: 12_00n,
    remainingMinor: 6_00n,
    leaving: [
      { kind: 'granted', isHeld: false, amountMinor: 5_00n },
      { kind: 'bought', isHeld: true, amountMinor: 1_00n },
    ],
  });
});
