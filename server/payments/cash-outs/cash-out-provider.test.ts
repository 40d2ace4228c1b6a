import { describe, expect, test } from 'vitest';
import { cashOutAcknowledgement } from '#server/platform/env.ts';
import { providerOf, type CashOutSetup } from './cash-out-provider.ts';

const sandbox: CashOutSetup = {
  provider: 'sandbox',
  acknowledgement: '',
  stripeKey: 'sk_test_1',
  stripeApiUrl: 'http://127.0.0.1:12111',
};
const connect: CashOutSetup = {
  provider: 'stripe_connect',
  acknowledgement: cashOutAcknowledgement,
  stripeKey: 'sk_live_1',
  stripeApiUrl: undefined,
};

describe('who pays citizens out', () => {
  test('is Stripe only where the operator has said so in the very words', () => {
    expect(providerOf(connect)).toBe('stripe_connect');
    for (const acknowledgement of [
      '',
      'yes',
      cashOutAcknowledgement.toLowerCase().slice(1),
      `${cashOutAcknowledgement}!`,
    ]) {
      expect(() => providerOf({ ...connect, acknowledgement }), acknowledgement).toThrow(refusal);
    }
  });

  test('is the sandbox only with play money on this machine', () => {
    expect(providerOf(sandbox)).toBe('sandbox');
    expect(() => providerOf({ ...sandbox, stripeKey: 'sk_live_1' })).toThrow(refusal);
    expect(() => providerOf({ ...sandbox, stripeApiUrl: undefined })).toThrow(refusal);
    expect(() => providerOf({ ...sandbox, stripeApiUrl: 'https://api.stripe.com' })).toThrow(refusal);
  });

  test('is nobody where cash-outs are off', () => {
    expect(() => providerOf({ ...connect, provider: 'off' })).toThrow(refusal);
  });
});

const refusal = expect.objectContaining({ code: 'cash_out_off' }) as Error;
