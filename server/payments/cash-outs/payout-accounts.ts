import { notify } from '#server/citizens/notifications.ts';
import { noteTrustEvent } from '#server/citizens/trust-events.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import { emit } from '#server/platform/outbox.ts';
import type { AccountAtProvider, CashOutProviderName } from './cash-out-provider.ts';
import type { PayoutAccountView } from './cash-out-schema.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** Where citizens are paid. */

export interface ReadyAccount {
  id: string;
  stripeAccountId: string;
  bankFingerprint: string;
}

/** The account to which a citizen can be paid, under lock; null where there is none yet. */
export async function lockReadyAccount(
  tx: Tx,
  { citizenId, provider }: { citizenId: string; provider: CashOutProviderName },
): Promise<ReadyAccount | null> {
  const [row] = await tx.$queryRaw<{ id: string; stripeAccountId: string | null; bankFingerprint: string | null }[]>`
    SELECT id, stripe_account_id AS "stripeAccountId", bank_fingerprint AS "bankFingerprint" FROM payout_account
    WHERE citizen_id = ${citizenId}::uuid AND provider = ${provider} AND state = 'ready' FOR NO KEY UPDATE`;
  if (row === undefined) return null;
  const { id, stripeAccountId, bankFingerprint } = row;
  if (stripeAccountId === null || bankFingerprint === null) return null;
  return { id, stripeAccountId, bankFingerprint };
}

/** The row of a citizen's account, made where there is none: its id is the key of the call that opens it. */
export async function beginPayoutAccount(
  tx: Tx,
  deps: WriteDeps,
  { citizenId, provider }: { citizenId: string; provider: CashOutProviderName },
): Promise<{ id: string; stripeAccountId: string | null }> {
  const createdAt = deps.clock.now();
  await tx.payoutAccount.createMany({
    data: [{ id: deps.ids.uuid(), citizenId, provider, state: 'started', createdAt }],
    skipDuplicates: true,
  });
  return await tx.payoutAccount.findUniqueOrThrow({
    where: { citizenId_provider: { citizenId, provider } },
    select: { id: true, stripeAccountId: true },
  });
}

/** Recording it again changes nothing. */
export async function recordPayoutAccount(tx: Tx, account: { id: string; stripeAccountId: string }): Promise<void> {
  const { id, stripeAccountId } = account;
  await tx.payoutAccount.updateMany({ where: { id, state: 'started' }, data: { state: 'open', stripeAccountId } });
}

/**
 * Writes down how an account stands at the provider. A bank account that was not there before sets cash-outs back for some
 * days and is told to the citizen; a passed check of identity counts for their trust. False for an account that is none
 * of ours.
 */
export async function recordAccountState(
  tx: Tx,
  deps: WriteDeps,
  { stripeAccountId, account }: { stripeAccountId: string; account: AccountAtProvider },
): Promise<boolean> {
  await tx.$queryRaw`SELECT id FROM payout_account WHERE stripe_account_id = ${stripeAccountId} FOR NO KEY UPDATE`;
  const known = await tx.payoutAccount.findUnique({
    where: { stripeAccountId },
    select: { id: true, citizenId: true, bankFingerprint: true, identityVerifiedAt: true, bankChangedAt: true },
  });
  if (known === null) return false;
  const { id, citizenId } = known;
  const { state, bank, isIdentityVerified } = account;
  const now = deps.clock.now();
  const isNewBank = bank !== null && bank.fingerprint !== known.bankFingerprint;
  const isNewlyVerified = isIdentityVerified && known.identityVerifiedAt === null;
  await tx.payoutAccount.update({
    where: { id },
    data: {
      state,
      bankName: bank?.name ?? null,
      bankLast4: bank?.last4 ?? null,
      bankFingerprint: bank?.fingerprint ?? null,
      bankChangedAt: isNewBank ? now : known.bankChangedAt,
      identityVerifiedAt: isNewlyVerified ? now : known.identityVerifiedAt,
      syncedAt: now,
    },
    select: { id: true },
  });
  const event = { citizenId, occurredAt: now, ids: deps.ids };
  if (isNewBank) {
    const reference = `${stripeAccountId} ${bank.fingerprint} ${now.toISOString()}`.slice(0, 200);
    await noteTrustEvent(tx, { ...event, kind: 'payout_account', reference });
    await notify(tx, deps, { citizenId, kind: 'payout_account_changed', details: {} });
  }
  if (isNewlyVerified) await noteTrustEvent(tx, { ...event, kind: 'identity_verified', reference: stripeAccountId });
  if (isNewBank) await emit(tx, deps, { type: 'payout_account.changed', subject: id, payload: { citizenId } });
  return true;
}

/** What a citizen sees of the account to which they are paid; null where they never began. */
export async function payoutAccountOf(
  db: Db,
  { citizenId, provider }: { citizenId: string; provider: CashOutProviderName },
): Promise<PayoutAccountView | null> {
  const row = await db.payoutAccount.findUnique({
    where: { citizenId_provider: { citizenId, provider } },
    select: { state: true, bankName: true, bankLast4: true, bankChangedAt: true },
  });
  return row === null ? null : { ...row, state: row.state as PayoutAccountView['state'] };
}
