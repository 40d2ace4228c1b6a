import { notify } from '#server/citizens/notifications.ts';
import type { Citizen } from '#server/citizens/queries.ts';
import { openAccount } from '#server/ledger/accounts.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { peerTransferTemplate } from '#server/market/peer-transfers/peer-transfer-templates.ts';
import type { PeerTransferReceipt } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { ducat, toDecimal } from '#server/money/money.ts';
import { lockName } from '#server/platform/advisory-lock.ts';
import type { Clock } from '#server/platform/clock.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { keyReused, refuse } from '#server/platform/errors.ts';
import { derivedId, type Ids } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { emit } from '#server/platform/outbox.ts';

export interface PeerTransferDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secret: string;
}

/** One sending as it is written: the key is the sender's, the hash says what it stands for. */
export interface Sending {
  readonly senderId: string;
  readonly recipientId: string;
  /** Centesimi. */
  readonly amountMinor: bigint;
  readonly note: string | null;
  readonly key: string;
  readonly inputHash: string;
  /** The request that it pays. */
  readonly requestId: string | null;
}

/** Both ends of a sending, with open accounts. */
export interface SendingParties {
  readonly sender: Citizen;
  readonly recipient: Citizen;
}

/** One sending at a time per citizen, from here to the end of the transaction: whoever looks for room and takes it. */
export async function lockSender(tx: Tx, senderId: string): Promise<void> {
  await lockName(tx, `market.sending:${senderId}`);
}

/**
 * Sends ducats: the row, both notifications and one transfer between the two wallets, all or nothing. The posting is the
 * last statement. The ledger keeps the wallet's floor and the limits of the sender's level, however many come at once.
 *
 * Refuses: `idempotency_key_reused`, and what the ledger refuses (`insufficient_funds`, `limit_exceeded`,
 * `account_frozen`).
 */
export async function writeSending(
  tx: Tx,
  deps: PeerTransferDeps,
  { parties, ...sending }: Sending & { parties: SendingParties },
): Promise<PeerTransferReceipt> {
  const { senderId, recipientId, amountMinor } = sending;
  invariant(senderId !== recipientId, 'nobody sends to themselves');
  const id = deps.ids.uuid();
  const now = deps.clock.now();
  const named = { time: now, principal: senderId, kind: 'peer_transfer', key: id };
  const secret = deriveKey(deps.secret, 'ledger-id');
  const idOf = (leg: string) => derivedId({ ...named, leg, secret });
  const row = { id, ...sending, transferId: idOf('send'), createdAt: now };
  const { count } = await tx.peerTransfer.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) return repeatedSending(tx, sending);
  await tellBoth(tx, deps, { ...parties, id, amountMinor });
  const [from, to] = await walletsOf(tx, [senderId, recipientId]);
  const legs = bindTemplate(peerTransferTemplate, {
    amounts: { amount: amountMinor },
    parties: { sender: from, recipient: to },
    idOf,
    reference: id,
  });
  const booked = await postLinked(tx, legs);
  invariant(booked.length === 1 && booked[0]?.amountMinor === amountMinor, 'what is sent is booked in full');
  return { peerTransferId: id, amountMinor: ducat(amountMinor) };
}

/** Whoever holds this key was faster and has committed by now: their answer, where it stands for the same. */
async function repeatedSending(tx: Tx, { senderId, key, inputHash }: Sending): Promise<PeerTransferReceipt> {
  const known = await sendingByKey(tx, { senderId, key, inputHash });
  invariant(known !== null, 'a sending that could not be written is there');
  return known;
}

/** What a key already sent. Refuses `idempotency_key_reused` where it stands for something else. */
export async function sendingByKey(
  db: Db,
  { senderId, key, inputHash }: { senderId: string; key: string; inputHash: string },
): Promise<PeerTransferReceipt | null> {
  const known = await db.peerTransfer.findUnique({
    where: { senderId_key: { senderId, key } },
    select: { id: true, amountMinor: true, inputHash: true },
  });
  if (known === null) return null;
  if (known.inputHash !== inputHash) throw keyReused();
  return { peerTransferId: known.id, amountMinor: ducat(known.amountMinor) };
}

export function recipientNotFound(): Error {
  return refuse('not_found', 'recipient_not_found', 'There is no citizen of this name here.');
}

/** In the order of their owners, so that two who send to each other open them alike. */
async function walletsOf(tx: Tx, [sender, recipient]: readonly [string, string]): Promise<[bigint, bigint]> {
  const open = (owner: string) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
  if (sender < recipient) {
    const from = await open(sender);
    return [from, await open(recipient)];
  }
  const to = await open(recipient);
  return [await open(sender), to];
}

async function tellBoth(
  tx: Tx,
  deps: PeerTransferDeps,
  { id, sender, recipient, amountMinor }: SendingParties & { id: string; amountMinor: bigint },
): Promise<void> {
  const amount = toDecimal(amountMinor);
  await notify(tx, deps, {
    citizenId: sender.id,
    kind: 'ducats_sent',
    details: { amount, name: recipient.displayName },
  });
  await notify(tx, deps, {
    citizenId: recipient.id,
    kind: 'ducats_received',
    details: { amount, name: sender.displayName },
  });
  const payload = { senderId: sender.id, recipientId: recipient.id, amountMinor: amountMinor.toString() };
  await emit(tx, deps, { type: 'ducats.sent', subject: id, payload });
}
