import { z } from 'zod';
import type { InboxEvent } from '#server/platform/inbox.ts';
import { preparePayout } from './cash-out-flows.ts';
import type { Effect, PaymentDeps } from '#server/payments/flows.ts';
import { prepareAccountState } from './payout-account-flows.ts';

/** Events of connected accounts name the account they happened on. */
const accountEvent = z.object({
  account: z.string().min(1).max(255),
  data: z.object({ object: z.object({ id: z.string().min(1).max(255) }) }),
});

/** What an event about whom we pay changes; null for the platform's own payouts and for accounts that are none of ours. */
export async function prepareConnectEvent(deps: PaymentDeps, event: InboxEvent): Promise<Effect | null> {
  const parsed = accountEvent.safeParse(JSON.parse(event.payload));
  if (!parsed.success) return null;
  const { account: accountId, data } = parsed.data;
  if (event.type === 'account.updated') return await prepareAccountState(deps, accountId);
  return await preparePayout(deps, { accountId, payoutId: data.object.id });
}
