import type Stripe from 'stripe';

import { nowSeconds, type Sandbox } from '#server/sandbox/stripe/context.ts';
import { emitEvent } from '#server/sandbox/stripe/state/events.ts';
import { idOf, newIdentifier } from '#server/sandbox/stripe/state/identifiers.ts';
import { listOf, oneOf, type Route } from '#server/sandbox/stripe/wire/route.ts';

const url = '/v1/radar/early_fraud_warnings';

export const earlyFraudWarningRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: url,
    run: listOf({ kind: 'earlyFraudWarning', url, fields: ['charge', 'payment_intent'] }),
  },
  { method: 'GET', path: `${url}/:id`, run: oneOf('earlyFraudWarning', 'early fraud warning') },
];

/** The card's issuer reports a charge as fraud; a dispute may follow, or not. */
export function openWarning(sandbox: Sandbox, charge: Stripe.Charge): Stripe.Radar.EarlyFraudWarning {
  const warning: Stripe.Radar.EarlyFraudWarning = {
    id: newIdentifier('earlyFraudWarning'),
    object: 'radar.early_fraud_warning',
    actionable: !charge.refunded && !charge.disputed,
    charge: charge.id,
    created: nowSeconds(sandbox),
    fraud_type: 'unauthorized_use_of_card',
    livemode: false,
    payment_intent: idOf(charge.payment_intent),
  };
  sandbox.store.put('earlyFraudWarning', warning.id, warning);
  emitEvent(sandbox, { type: 'radar.early_fraud_warning.created', object: warning });
  return warning;
}

/** After a full refund or a dispute nothing can be done about a warning any more. */
export function settleWarnings(sandbox: Sandbox, chargeId: string): void {
  for (const warning of sandbox.store.find('earlyFraudWarning', { charge: chargeId })) {
    if (!warning.actionable) continue;
    const settled = { ...warning, actionable: false };
    sandbox.store.put('earlyFraudWarning', warning.id, settled);
    const previous = { actionable: true };
    emitEvent(sandbox, { type: 'radar.early_fraud_warning.updated', object: settled, previous });
  }
}
