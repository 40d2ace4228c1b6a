import type { CashOutSetup } from '#server/payments/cash-outs/cash-out-provider.ts';
import { env } from '#server/platform/env.ts';

/** How this process pays citizens out: a sandbox in play, nobody in earnest unless the settings say so. */
export function cashOutSetup(): CashOutSetup {
  const settings = env();
  return {
    provider: settings.CASH_OUT_PROVIDER ?? (settings.CASCADE_MODE === 'sandbox' ? 'sandbox' : 'off'),
    acknowledgement: settings.CASH_OUT_ACKNOWLEDGEMENT,
    stripeKey: settings.STRIPE_SECRET_KEY,
    stripeApiUrl: settings.STRIPE_API_URL,
  };
}
