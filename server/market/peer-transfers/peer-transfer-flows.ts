import { lockOpenCitizens } from '#server/citizens/locks.ts';
import { citizenByUsername } from '#server/citizens/queries.ts';
import { isSystemCitizen } from '#server/citizens/rules.ts';
import type { TrustStanding } from '#server/citizens/trust-rules.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import { isBlocked } from '#server/market/people/blocks.ts';
import { requestNotFound, requestTerms, takeRequest } from '#server/market/peer-transfers/ducat-requests.ts';
import { assertMaySend, assertWithinRoom } from '#server/market/peer-transfers/peer-transfer-rules.ts';
import { sendRoom } from '#server/market/peer-transfers/peer-transfer-queries.ts';
import type { PeerTransferReceipt, SendInput } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import {
  lockSender,
  recipientNotFound,
  sendingByKey,
  writeSending,
  type PeerTransferDeps,
  type Sending,
  type SendingParties,
} from '#server/market/peer-transfers/peer-transfers.ts';
import { openDebt } from '#server/payments/disputes/debts.ts';
import { repeated } from '#server/payments/repeated.ts';
import { enforceStanding } from '#server/payments/trust-enforcement.ts';
import { inputHash } from '#server/platform/crypto.ts';
import type { Database, Db, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';

export interface PeerTransferFlowDeps extends PeerTransferDeps {
  readonly database: Database;
}

/**
 * Sends ducats to a citizen of a name, once per sender and key: a repetition gets the first answer, whatever has changed
 * since. The sender's trust is computed first, so that the ledger counts by the limits of this moment.
 *
 * Refuses: `recipient_not_found`, `own_wallet`, `recipient_blocks`, `account_closed`, `trust_frozen`, `send_not_before`,
 * `debt_before_sending`, `send_limit`, `idempotency_key_reused`, `insufficient_funds`, `limit_exceeded`.
 */
export async function sendDucats(
  deps: PeerTransferFlowDeps,
  { senderId, sending }: { senderId: string; sending: SendInput },
): Promise<PeerTransferReceipt> {
  const { username, amountMinor, note, key } = sending;
  const hash = inputHash({ username, amountMinor: amountMinor.toString(), note });
  const known = await sendingByKey(deps.database.client, { senderId, key, inputHash: hash });
  if (known !== null) return known;
  const recipientId = await recipientOf(deps.database.client, { senderId, username });
  return send(deps, { senderId, recipientId, amountMinor, note, key, inputHash: hash, requestId: null });
}

/**
 * Who has this name here and lets themselves be reached. Refuses `recipient_not_found`, also for Venice's own machinery,
 * `own_wallet`, and `recipient_blocks` (forbidden) where they blocked whoever asks.
 */
export async function recipientOf(
  db: Db,
  { senderId, username }: { senderId: string; username: string },
): Promise<string> {
  const citizen = isSystemCitizen(username) ? null : await citizenByUsername(db, username);
  if (citizen === null) throw recipientNotFound();
  if (citizen.id === senderId) throw refuse('conflict', 'own_wallet', 'This is your own wallet.');
  if (await isBlocked(db, { by: citizen.id, citizenId: senderId }))
    throw refuse('forbidden', 'recipient_blocks', 'This citizen does not want to hear from you.');
  return citizen.id;
}

/**
 * Pays a request, once: whoever repeats it gets the receipt of the first time.
 *
 * Refuses: `request_not_found` (also for everybody but its payer), `request_not_open`, and what `sendDucats` refuses.
 */
export async function payRequest(
  deps: PeerTransferFlowDeps,
  { payerId, requestId }: { payerId: string; requestId: string },
): Promise<PeerTransferReceipt> {
  const request = await requestTerms(deps.database.client, requestId);
  if (request?.payerId !== payerId) throw requestNotFound();
  const { askerId, amountMinor, note } = request;
  const identity = { senderId: payerId, key: requestId, inputHash: inputHash({ requestId }) };
  const known = await sendingByKey(deps.database.client, identity);
  if (known !== null) return known;
  return send(deps, { ...identity, recipientId: askerId, amountMinor, note, requestId });
}

async function send(deps: PeerTransferFlowDeps, sending: Sending): Promise<PeerTransferReceipt> {
  const { senderId } = sending;
  const standing = await refreshTrustOf(deps, { citizenId: senderId, enforce: enforceStanding });
  if (standing === null) throw senderClosed();
  // Whoever is given their first limits at this very moment is not to be told of it.
  return repeated(() => deps.database.inTransaction((tx) => sendOnce(tx, deps, { sending, standing })));
}

async function sendOnce(
  tx: Tx,
  deps: PeerTransferFlowDeps,
  { sending, standing }: { sending: Sending; standing: TrustStanding },
): Promise<PeerTransferReceipt> {
  const { senderId, amountMinor, requestId } = sending;
  await lockSender(tx, senderId);
  const known = await sendingByKey(tx, sending);
  if (known !== null) return known;
  // Citizens before requests, as closing an account takes them.
  const parties = await lockParties(tx, sending);
  if (requestId !== null) await takeRequest(tx, deps, requestId);
  assertMaySend({ standing, openDebtMinor: await openDebt(tx, senderId) });
  assertWithinRoom(amountMinor, await sendRoom(tx, { citizenId: senderId, limits: standing.limits }));
  return writeSending(tx, deps, { ...sending, parties });
}

async function lockParties(tx: Tx, { senderId, recipientId }: Sending): Promise<SendingParties> {
  const open = await lockOpenCitizens(tx, [senderId, recipientId]);
  const [sender, recipient] = [open.get(senderId), open.get(recipientId)];
  if (sender === undefined) throw senderClosed();
  if (recipient === undefined) throw recipientNotFound();
  return { sender, recipient };
}

function senderClosed(): Error {
  return refuse('forbidden', 'account_closed', 'This account is closed.');
}
