import { catalogueRoutes } from '#server/sandbox/stripe/billing/catalogue.ts';
import { portalConfigurationRoutes } from '#server/sandbox/stripe/billing/portal-configurations.ts';
import { portalRoutes } from '#server/sandbox/stripe/billing/portal.ts';
import { subscriptionRoutes } from '#server/sandbox/stripe/billing/subscription-api.ts';
import { checkoutRoutes } from '#server/sandbox/stripe/checkout/checkout-api.ts';
import { accountRoutes } from '#server/sandbox/stripe/connect/accounts.ts';
import { accountLinkRoutes } from '#server/sandbox/stripe/connect/onboarding.ts';
import { transferRoutes } from '#server/sandbox/stripe/connect/transfers.ts';
import { payoutRoutes } from '#server/sandbox/stripe/money/payouts.ts';
import type { Sandbox } from '#server/sandbox/stripe/context.ts';
import { balanceRoutes } from '#server/sandbox/stripe/money/balance-api.ts';
import { disputeRoutes } from '#server/sandbox/stripe/money/dispute-api.ts';
import { earlyFraudWarningRoutes } from '#server/sandbox/stripe/money/early-fraud-warnings.ts';
import { refundRoutes } from '#server/sandbox/stripe/money/refunds.ts';
import { reviewRoutes } from '#server/sandbox/stripe/money/reviews.ts';
import { expanded } from '#server/sandbox/stripe/wire/expand.ts';
import { listOf, oneOf, type ApiCall, type Route } from '#server/sandbox/stripe/wire/route.ts';

const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/events',
    isForAccounts: true,
    run: listOf({
      kind: 'event',
      url: '/v1/events',
      fields: ['type'],
      matches: (input) => {
        const types = input.texts('types');
        return (event) => types.length === 0 || types.includes(event.type);
      },
    }),
  },
  { method: 'GET', path: '/v1/events/:id', isForAccounts: true, run: oneOf('event', 'event') },
];

/** Every path of the Stripe API that this sandbox plays. */
export const routes: readonly Route[] = [
  ...checkoutRoutes,
  ...balanceRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...reviewRoutes,
  ...accountRoutes,
  ...accountLinkRoutes,
  ...transferRoutes,
  ...payoutRoutes,
  ...earlyFraudWarningRoutes,
  ...catalogueRoutes,
  ...subscriptionRoutes,
  ...portalRoutes,
  ...portalConfigurationRoutes,
  ...eventRoutes,
];

const byShape = new Map<string, { route: Route; parts: string[] }[]>();
for (const route of routes) {
  const parts = route.path.split('/');
  const shape = `${route.method} ${String(parts.length)} ${parts[2] ?? ''}`;
  byShape.set(shape, [...(byShape.get(shape) ?? []), { route, parts }]);
}

export interface FoundRoute {
  route: Route;
  ids: string[];
}

export function findRoute(method: string, path: string): FoundRoute | undefined {
  const given = path.split('/');
  for (const { route, parts } of byShape.get(`${method} ${String(given.length)} ${given[2] ?? ''}`) ?? []) {
    if (!parts.every((part, index) => part === ':id' || part === given[index])) continue;
    const ids = parts.flatMap((part, index) => (part === ':id' ? [decodeURIComponent(given[index] ?? '')] : []));
    return { route, ids };
  }
  return undefined;
}

/** Runs a route and answers the object as it goes out: expanded, everything unknown refused. */
export function runRoute(sandbox: Sandbox, found: FoundRoute, call: Omit<ApiCall, 'id' | 'ids'>): object {
  const expand = call.input.texts('expand');
  const object = found.route.run(sandbox, { ...call, ids: found.ids, id: found.ids[0] ?? '' });
  call.input.finish();
  return expanded(sandbox, object, expand);
}
