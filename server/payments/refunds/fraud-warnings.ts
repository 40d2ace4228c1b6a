import type { Db, Prisma, Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { emit } from '#server/platform/outbox.ts';
import type { WriteDeps } from '#server/payments/service.ts';

/** Reports of fraud by card issuers: kept, answered by a refund, or dismissed by an operator. */

export interface NewFraudWarning {
  /** Stripe's id of it. */
  stripeId: string;
  topUpId: string;
  fraudType: string;
  /** False when the payment is refunded or disputed already, so nothing can be done about it. */
  isActionable: boolean;
}

/** Keeps a warning, once; says whether it waits for an answer. */
export async function noteFraudWarning(tx: Tx, deps: WriteDeps, warning: NewFraudWarning): Promise<boolean> {
  const { stripeId, topUpId, fraudType, isActionable } = warning;
  const now = deps.clock.now();
  const { citizenId } = await tx.topUp.findUniqueOrThrow({ where: { id: topUpId }, select: { citizenId: true } });
  const end = isActionable ? { state: 'open' } : { state: 'dismissed', decidedAt: now };
  const { count } = await tx.fraudWarning.createMany({
    data: [{ id: deps.ids.uuid(), stripeId, topUpId, citizenId, fraudType, receivedAt: now, ...end }],
    skipDuplicates: true,
  });
  const kept = await tx.fraudWarning.findUniqueOrThrow({ where: { stripeId }, select: { id: true, state: true } });
  if (count === 1) {
    await emit(tx, deps, {
      type: 'fraud_warning.received',
      subject: kept.id,
      payload: { topUpId, citizenId, fraudType },
    });
  } else if (!isActionable && kept.state === 'open') {
    await tx.fraudWarning.update({ where: { id: kept.id }, data: { ...end }, select: { id: true } });
    return false;
  }
  return kept.state === 'open';
}

/** An operator leaves the payment as it is. Refuses `fraud_warning_not_found`, `fraud_warning_decided`. */
export async function dismissFraudWarning(
  tx: Tx,
  deps: WriteDeps,
  decision: { warningId: string; by: string; note: string },
): Promise<void> {
  const { warningId: id, by, note } = decision;
  const { count } = await tx.fraudWarning.updateMany({
    where: { id, state: 'open' },
    data: { state: 'dismissed', decidedAt: deps.clock.now(), decidedBy: by, note },
  });
  if (count === 1) return;
  if ((await tx.fraudWarning.count({ where: { id } })) === 0)
    throw refuse('not_found', 'fraud_warning_not_found', 'There is no such warning.');
  throw refuse('conflict', 'fraud_warning_decided', 'This warning was answered already.');
}

const columns = {
  id: true,
  topUpId: true,
  citizenId: true,
  fraudType: true,
  state: true,
  receivedAt: true,
  decidedAt: true,
  decidedBy: true,
  note: true,
} satisfies Prisma.FraudWarningSelect;

export type FraudWarningView = Omit<Prisma.FraudWarningGetPayload<{ select: typeof columns }>, 'state'> & {
  state: 'open' | 'refunded' | 'dismissed';
};

/** The latest warnings, those that wait for an answer first; at most 50. */
export async function latestFraudWarnings(db: Db): Promise<FraudWarningView[]> {
  const most = 50;
  const order = { orderBy: { id: 'desc' as const }, take: most, select: columns };
  const open = await db.fraudWarning.findMany({ where: { state: 'open' }, ...order });
  const others = await db.fraudWarning.findMany({ where: { state: { not: 'open' } }, ...order });
  return [...open, ...others].slice(0, most).map((row) => ({ ...row, state: row.state as FraudWarningView['state'] }));
}
