import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import { agreedBalance, paidCharge, play, typesSince, type Play } from '#server/sandbox/stripe/testing.ts';

let playing: Play;
beforeAll(async () => {
  playing = await play();
  await paidCharge(playing, { card: '4000000000000077', cents: 100_000 });
});
afterAll(() => playing.close());

const day = 86_400;
const advance = (seconds: number) => playing.sandbox.control({ action: 'advance_clock', seconds });
const eventCount = () => playing.sandbox.events().length;

async function account(onboarding: { bankAccount?: string; idNumber?: string } | null = {}): Promise<Stripe.Account> {
  const { sandbox, stripe } = playing;
  const made = await stripe.accounts.create({
    type: 'express',
    country: 'US',
    email: 'seller@example.com',
    capabilities: { transfers: { requested: true } },
    metadata: { citizen: 'one' },
  });
  if (onboarding === null) return made;
  sandbox.control({ action: 'onboard', account: made.id, ...onboarding });
  advance(60);
  return stripe.accounts.retrieve(made.id);
}

describe('connected accounts', () => {
  test('are onboarded on the hosted page, verified a little later, and say so in events', async () => {
    const { sandbox, stripe } = playing;
    const made = await account(null);
    expect(made).toMatchObject({ details_submitted: false, payouts_enabled: false });
    expect(made.requirements?.currently_due).toContain('external_account');
    const link = await stripe.accountLinks.create({
      account: made.id,
      type: 'account_onboarding',
      refresh_url: 'http://127.0.0.1:9/refresh',
      return_url: 'http://127.0.0.1:9/return',
    });
    const visit = await fetch(link.url, { redirect: 'manual' });
    const form = `${sandbox.url}${visit.headers.get('location') ?? ''}`;
    expect(await (await fetch(form)).text()).toContain('Social security number');
    const again = await fetch(link.url, { redirect: 'manual' });
    expect(again.headers.get('location')).toBe('http://127.0.0.1:9/refresh');
    const start = eventCount();
    const submit = (fields: Record<string, string>) =>
      fetch(form, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    expect(await (await submit({ holder: 'A', idNumber: '1', bankAccount: '000123456789' })).text()).toContain(
      'nine digits',
    );
    const sent = await submit({ holder: 'A Seller', idNumber: '000000000', bankAccount: '000123456789' });
    expect(sent.headers.get('location')).toBe('http://127.0.0.1:9/return');
    advance(60);
    const verified = await stripe.accounts.retrieve(made.id);
    expect(verified).toMatchObject({
      details_submitted: true,
      payouts_enabled: true,
      capabilities: { transfers: 'active' },
      requirements: { currently_due: [], disabled_reason: null },
      external_accounts: { data: [{ object: 'bank_account', last4: '6789' }] },
    });
    expect(typesSince(playing, start)).toEqual([
      'account.updated',
      'account.external_account.created',
      'account.updated',
    ]);
    expect(sandbox.events().at(-1)?.event.account).toBe(made.id);
  });

  test('whose holder cannot be verified get no money', async () => {
    const { stripe } = playing;
    const doubted = await account({ idNumber: '111111111' });
    expect(doubted).toMatchObject({ payouts_enabled: false, capabilities: { transfers: 'inactive' } });
    expect(doubted.requirements?.errors?.[0]?.code).toBe('verification_failed_keyed_identity');
    const transfer = stripe.transfers.create({ amount: 100, currency: 'usd', destination: doubted.id });
    await expect(transfer).rejects.toMatchObject({ code: 'insufficient_capabilities_for_transfer' });
    const payout = stripe.payouts.create({ amount: 100, currency: 'usd' }, { stripeAccount: doubted.id });
    await expect(payout).rejects.toMatchObject({ code: 'payouts_not_allowed' });
  });

  test('keep their objects apart, and one that is not there is refused', async () => {
    const { stripe } = playing;
    const { id } = await account();
    await stripe.transfers.create({ amount: 500, currency: 'usd', destination: id });
    expect(await agreedBalance(playing, { stripeAccount: id })).toBe(500);
    const [mine] = (await stripe.balanceTransactions.list({}, { stripeAccount: id })).data;
    await expect(stripe.balanceTransactions.retrieve(mine?.id ?? '')).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.balance.retrieve({}, { stripeAccount: 'acct_none' })).rejects.toMatchObject({
      statusCode: 403,
    });
  });
});

describe('transfers', () => {
  test('move money to the account, and a reversal moves a part of it back', async () => {
    const { stripe } = playing;
    const { id } = await account();
    const before = await agreedBalance(playing);
    const start = eventCount();
    const transfer = await stripe.transfers.create({
      amount: 900,
      currency: 'usd',
      destination: id,
      transfer_group: 'g',
    });
    const payment = await stripe.charges.retrieve(idOf(transfer.destination_payment), {}, { stripeAccount: id });
    expect(payment).toMatchObject({ amount: 900, paid: true, source_transfer: transfer.id });
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 300 });
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 300, reversed: false });
    expect((await stripe.transfers.listReversals(transfer.id)).data.map((one) => one.id)).toEqual([reversal.id]);
    expect(await agreedBalance(playing)).toBe(before - 600);
    expect(await agreedBalance(playing, { stripeAccount: id })).toBe(600);
    expect(typesSince(playing, start)).toEqual(['charge.succeeded', 'transfer.created', 'transfer.reversed']);
    await expect(stripe.transfers.createReversal(transfer.id, { amount: 601 })).rejects.toMatchObject({
      param: 'amount',
    });
    expect((await stripe.transfers.list({ transfer_group: 'g' })).data).toHaveLength(1);
  });

  test('are never more than what is available, and of one charge never more than the charge', async () => {
    const { stripe } = playing;
    const { id } = await account();
    const tooMuch = stripe.transfers.create({ amount: 90_000_000, currency: 'usd', destination: id });
    await expect(tooMuch).rejects.toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
    const charge = await paidCharge(playing);
    const part = { amount: 700, currency: 'usd', destination: id, source_transaction: charge.id };
    await stripe.transfers.create(part);
    await expect(stripe.transfers.create(part)).rejects.toMatchObject({ param: 'source_transaction' });
    expect((await stripe.balance.retrieve({}, { stripeAccount: id })).pending[0]?.amount).toBe(700);
  });
});

describe('payouts', () => {
  const pay = (stripeAccount?: string) =>
    playing.stripe.payouts.create(
      { amount: 400, currency: 'usd', metadata: { cash_out: 'one' } },
      stripeAccount === undefined ? {} : { stripeAccount },
    );
  async function funded(bankAccount = '000123456789'): Promise<string> {
    const { id } = await account({ bankAccount });
    await playing.stripe.transfers.create({ amount: 1_000, currency: 'usd', destination: id });
    return id;
  }

  test('go from pending over in transit to paid, and can come back days later', async () => {
    const { sandbox, stripe } = playing;
    const stripeAccount = await funded();
    const start = eventCount();
    const payout = await pay(stripeAccount);
    expect(payout).toMatchObject({ status: 'pending', automatic: false, metadata: { cash_out: 'one' } });
    expect(await agreedBalance(playing, { stripeAccount })).toBe(600);
    advance(60);
    expect((await stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).status).toBe('in_transit');
    advance(3 * day);
    expect((await stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).status).toBe('paid');
    sandbox.control({ action: 'fail_payout', payout: payout.id, code: 'account_closed' });
    const options = { expand: ['failure_balance_transaction'] };
    expect(await stripe.payouts.retrieve(payout.id, options, { stripeAccount })).toMatchObject({
      status: 'failed',
      failure_code: 'account_closed',
      failure_balance_transaction: { type: 'payout_failure', amount: 400, source: payout.id },
    });
    expect(await agreedBalance(playing, { stripeAccount })).toBe(1_000);
    expect(typesSince(playing, start)).toEqual(['payout.created', 'payout.updated', 'payout.paid', 'payout.failed']);
    expect(() => sandbox.control({ action: 'fail_payout', payout: payout.id })).toThrow('already ended');
  });

  test('to a closed bank account fail by themselves', async () => {
    const stripeAccount = await funded('000111111113');
    const payout = await pay(stripeAccount);
    advance(3 * day);
    expect(await playing.stripe.payouts.retrieve(payout.id, {}, { stripeAccount })).toMatchObject({
      status: 'failed',
      failure_code: 'account_closed',
    });
    expect(await agreedBalance(playing, { stripeAccount })).toBe(1_000);
  });

  test('of the platform work alike; a pending one can be cancelled, a sent one not', async () => {
    const { stripe } = playing;
    const before = await agreedBalance(playing);
    const cancelled = await pay();
    expect(await stripe.payouts.cancel(cancelled.id)).toMatchObject({ status: 'canceled' });
    expect(await agreedBalance(playing)).toBe(before);
    const sent = await pay();
    advance(60);
    await expect(stripe.payouts.cancel(sent.id)).rejects.toMatchObject({ statusCode: 400 });
    const created = await stripe.payouts.list({ status: 'canceled' });
    expect(created.data.map(({ id }) => id)).toEqual([cancelled.id]);
  });

  test('of more than is available are refused', async () => {
    const refused = playing.stripe.payouts.create({ amount: 90_000_000, currency: 'usd' });
    await expect(refused).rejects.toMatchObject({ statusCode: 400, code: 'balance_insufficient' });
  });

  test('that Stripe makes by itself name the transactions they pay out', async () => {
    const { sandbox, stripe } = playing;
    const stripeAccount = await funded();
    const { id = '' } = sandbox.control({ action: 'sweep', account: stripeAccount });
    const listed = await stripe.balanceTransactions.list({ payout: id }, { stripeAccount });
    expect(listed.data.map(({ type, net }) => [type, net])).toEqual([
      ['payout', -1_000],
      ['payment', 1_000],
    ]);
    expect(await agreedBalance(playing, { stripeAccount })).toBe(0);
    const manual = await pay();
    await expect(stripe.balanceTransactions.list({ payout: manual.id })).rejects.toThrow(
      'only be filtered on automatic',
    );
  });
});
