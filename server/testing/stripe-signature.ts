import { createHmac } from 'node:crypto';

/** The secret of the endpoint in tests. */
export const webhookSecret = 'whsec_test_secret_of_the_endpoint';

/** Stripe's signature header over a body, at a time of choice. */
export function signed(body: string, options: { secret?: string; at?: Date } = {}): string {
  const seconds = Math.floor((options.at ?? new Date()).getTime() / 1_000);
  const signature = createHmac('sha256', options.secret ?? webhookSecret)
    .update(`${String(seconds)}.${body}`)
    .digest('hex');
  return `t=${String(seconds)},v1=${signature}`;
}
