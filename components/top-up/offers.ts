import type { inferRouterOutputs } from '@trpc/server';

import type { AppRouter } from '#server/api/root.ts';

/** The price list as the server gives it. */
export type TopUpOffers = inferRouterOutputs<AppRouter>['topUps']['offers'];
