import { clearingKinds } from '#server/ledger/kinds.ts';
import { lookupAccounts, lookupTransfers, type Account, type StoredTransfer } from '#server/ledger/lookups.ts';
import type { CreatedTransfer, TransferRequest } from '#server/ledger/schema.ts';
import { correctionTemplate, type CorrectionEnd, type CorrectionParty } from '#server/ledger/template-correction.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Database, Db, Tx } from '#server/platform/db.ts';
import { isDomainError, refuse, type DomainError } from '#server/platform/errors.ts';
import { derivedId } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';

/** How long a reason may be, in characters. */
export const correctionReasonLength = { min: 10, max: 500 };

export interface CorrectionProposal {
  /** Made by the form; the same on every attempt. */
  id: string;
  correctedTransferId: string;
  /** In minor units of the transfer's asset; at most what it moved. */
  amountMinor: bigint;
  reason: string;
  operatorId: string;
  time: Date;
}

export interface CorrectionDecision {
  id: string;
  operatorId: string;
  time: Date;
}

/**
 * Keeps a proposal; nothing is booked yet. The same proposal once more changes nothing.
 * Refuses `reason_malformed`, `original_not_found`, `original_not_reversible`, `exceeds_original_amount`,
 * `correction_through_clearing` and `correction_key_reused`.
 */
export async function proposeCorrection(tx: Tx, proposal: CorrectionProposal): Promise<void> {
  const reason = proposal.reason.trim();
  const { min, max } = correctionReasonLength;
  const { length } = Array.from(reason);
  if (length < min || length > max) {
    throw refuse('invalid', 'reason_malformed', `A reason has ${String(min)} to ${String(max)} characters.`);
  }
  const original = await originalOf(tx, proposal.correctedTransferId);
  if (proposal.amountMinor < 1n || proposal.amountMinor > original.amountMinor) {
    throw refuse('invalid', 'exceeds_original_amount', 'More would be reversed than was moved.');
  }
  await accountsOf(tx, original);
  const { id, amountMinor, operatorId, time } = proposal;
  const rows = await tx.$queryRaw<{ answer: string }[]>`
    SELECT ledger.propose_correction(${id}::uuid, ${original.id}::uuid, ${amountMinor}::bigint, ${reason},
      ${operatorId}, ${time}) AS answer`;
  if (rows[0]?.answer === 'mismatch') {
    throw refuse('conflict', 'correction_key_reused', 'This key was used for another proposal.');
  }
}

/**
 * Books the reversal that another operator proposed, exactly once: the decision and the transfer are one transaction, and
 * the transfer's id is made of the proposal. The same approval once more finds the transfer again.
 * Refuses `correction_not_found`, `correction_decided`, `correction_same_operator` and what the ledger refuses, such as
 * `exceeds_original_amount` and `insufficient_funds`: then nothing is booked, the code is noted and the proposal stays
 * open. After 35 days the ledger answers `id_too_old`, and it must be proposed anew.
 */
export async function approveCorrection(
  database: Database,
  decision: CorrectionDecision & { secret: string },
): Promise<CreatedTransfer> {
  try {
    return await database.inTransaction((tx) => approveNow(tx, decision));
  } catch (error) {
    if (isDomainError(error) && isRefusedByTheBooks(error)) await noteRefusal(database, decision.id, error.code);
    throw error;
  }
}

async function approveNow(tx: Tx, decision: CorrectionDecision & { secret: string }): Promise<CreatedTransfer> {
  await decide(tx, 'approved', decision);
  const correction = await tx.ledgerCorrection.findUniqueOrThrow({ where: { id: decision.id } });
  const original = await originalOf(tx, correction.correctedTransferId);
  const { giver, taker } = await accountsOf(tx, original);
  const template = correctionTemplate({ asset: giver.asset, giver: endOf(giver), taker: endOf(taker) });
  const parties = Object.fromEntries(
    Object.keys(template.parties).map((party) => [party, party === 'giver' ? giver.id : taker.id]),
  ) as Record<CorrectionParty, bigint>;
  const legs: TransferRequest[] = bindTemplate(template, {
    amounts: { corrected: correction.amountMinor },
    parties,
    idOf: (leg) =>
      derivedId({
        time: correction.proposedAt,
        principal: 'operators',
        kind: 'correction',
        key: correction.id,
        leg,
        secret: deriveKey(decision.secret, 'ledger-id'),
      }),
    reference: correction.id,
  });
  const [booked] = await postLinked(
    tx,
    legs.map((leg) => ({ ...leg, reversesId: original.id })),
  );
  invariant(booked?.amountMinor === correction.amountMinor, 'a correction is booked in full');
  return booked;
}

/** Refuses `correction_not_found`, `correction_decided` and `correction_same_operator` (who proposed withdraws). */
export function rejectCorrection(tx: Tx, decision: CorrectionDecision): Promise<void> {
  return decide(tx, 'rejected', decision);
}

/** Refuses `correction_not_found`, `correction_decided` and `correction_other_operator` (who did not propose rejects). */
export function withdrawCorrection(tx: Tx, decision: CorrectionDecision): Promise<void> {
  return decide(tx, 'withdrawn', decision);
}

/** The open proposals, the oldest first, and the last decided ones, the latest first. */
export async function corrections(db: Db, limit: number) {
  const [open, decided] = await Promise.all([
    db.ledgerCorrection.findMany({
      where: { decision: null },
      orderBy: [{ proposedAt: 'asc' }, { id: 'asc' }],
      take: limit,
    }),
    db.ledgerCorrection.findMany({
      where: { decision: { not: null } },
      orderBy: [{ decidedAt: 'desc' }, { id: 'desc' }],
      take: limit,
    }),
  ]);
  const transferIds = [...open, ...decided].map((row) => row.correctedTransferId);
  const originals = new Map((await lookupTransfers(db, transferIds)).map((transfer) => [transfer.id, transfer]));
  const accountIds = [...originals.values()].map((transfer) => transfer.debitAccountId);
  const accounts = new Map((await lookupAccounts(db, accountIds)).map((account) => [account.id, account]));
  const withAsset = (row: (typeof open)[number]) => {
    const original = originals.get(row.correctedTransferId);
    const account = original === undefined ? undefined : accounts.get(original.debitAccountId);
    invariant(account !== undefined, 'a correction names a transfer that is in the books');
    return { ...row, asset: account.asset };
  };
  return { open: open.map(withAsset), decided: decided.map(withAsset) };
}

async function decide(
  tx: Tx,
  kind: 'approved' | 'rejected' | 'withdrawn',
  decision: CorrectionDecision,
): Promise<void> {
  const { id, operatorId, time } = decision;
  const rows = await tx.$queryRaw<{ answer: string }[]>`
    SELECT ledger.decide_correction(${id}::uuid, ${kind}, ${operatorId}, ${time}) AS answer`;
  switch (rows[0]?.answer) {
    case 'decided':
    case 'repeated':
      return;
    case 'not_found':
      throw refuse('not_found', 'correction_not_found', 'There is no such correction.');
    case 'decided_before':
      throw refuse('conflict', 'correction_decided', 'This correction was decided already.');
    case 'same_operator':
      throw refuse('forbidden', 'correction_same_operator', 'Another operator must decide about it.');
    case 'other_operator':
      throw refuse('forbidden', 'correction_other_operator', 'Only who proposed a correction withdraws it.');
    default:
      invariant(false, 'deciding a correction has a known answer');
  }
}

/** Refuses `original_not_found` and `original_not_reversible`, as the ledger would. */
async function originalOf(db: Db, transferId: string): Promise<StoredTransfer> {
  const [original] = await lookupTransfers(db, [transferId]);
  if (original === undefined) {
    throw refuse('not_found', 'original_not_found', 'There is no such transfer to reverse.');
  }
  const hasMoved = original.refusal === null && (original.action === 'move' || original.action === 'post');
  if (!hasMoved || original.amountMinor === 0n) {
    throw refuse('invalid', 'original_not_reversible', 'This transfer cannot be reversed.');
  }
  return original;
}

/** Refuses `correction_through_clearing`. */
async function accountsOf(db: Db, original: StoredTransfer): Promise<{ giver: Account; taker: Account }> {
  const [giver, taker] = await lookupAccounts(db, [original.creditAccountId, original.debitAccountId]);
  invariant(giver !== undefined && taker !== undefined, 'a transfer has two accounts');
  if (clearingKinds.includes(giver.kind) || clearingKinds.includes(taker.kind)) {
    throw refuse('invalid', 'correction_through_clearing', 'One leg alone would leave money in a clearing account.');
  }
  return { giver, taker };
}

function endOf(account: Account): CorrectionEnd {
  return { kind: account.kind, isHouse: account.owner === 'house' };
}

/** What the books say about this reversal; not that they are stopped or busy, and not who may decide. */
function isRefusedByTheBooks({ code, kind }: DomainError): boolean {
  return kind === 'conflict' && code !== 'ledger_contention' && !code.startsWith('correction_');
}

async function noteRefusal(database: Database, id: string, code: string): Promise<void> {
  await database.inTransaction(async (tx) => {
    await tx.$executeRaw`SELECT ledger.note_correction_refusal(${id}::uuid, ${code})`;
  });
}
