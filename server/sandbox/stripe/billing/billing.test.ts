import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf } from '#server/sandbox/stripe/state/identifiers.ts';
import { agreedBalance, play, sessionParameters, typesSince, type Play } from '#server/sandbox/stripe/testing.ts';

let playing: Play;
let basic: Stripe.Price;
let better: Stripe.Price;
beforeAll(async () => {
  playing = await play();
  const { stripe } = playing;
  const price = async (name: string, cents: number) => {
    const product = await stripe.products.create({ name });
    return stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: cents,
      recurring: { interval: 'month' },
    });
  };
  basic = await price('Participant', 1_000);
  better = await price('Creator', 3_000);
});
afterAll(() => playing.close());

const day = 86_400;
const advance = (seconds: number) => playing.sandbox.control({ action: 'advance_clock', seconds });
const eventCount = () => playing.sandbox.events().length;

function session(price: string): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'subscription',
    success_url: 'http://127.0.0.1:9/done',
    line_items: [{ price, quantity: 1 }],
    subscription_data: { metadata: { citizen: 'one' } },
  };
}

async function subscribed(card = '4242424242424242'): Promise<Stripe.Subscription> {
  const { sandbox, stripe } = playing;
  const made = await stripe.checkout.sessions.create(session(basic.id));
  const outcome = sandbox.control({ action: 'pay', session: made.id, card, authenticate: 'complete' }).outcome;
  expect(outcome).toBe('paid');
  const done = await stripe.checkout.sessions.retrieve(made.id);
  return stripe.subscriptions.retrieve(idOf(done.subscription));
}

const now = (subscription: Stripe.Subscription) => playing.stripe.subscriptions.retrieve(subscription.id);
const itemOf = (subscription: Stripe.Subscription) => subscription.items.data[0]?.id ?? '';
const invoicesOf = async (subscription: Stripe.Subscription) =>
  (await playing.stripe.invoices.list({ subscription: subscription.id, limit: 100 })).data;

/** Like a citizen whose card expires: the saved card is one that is always declined. */
async function breakCard(subscription: Stripe.Subscription): Promise<void> {
  playing.sandbox.control({ action: 'new_card', customer: idOf(subscription.customer), card: '4000000000000341' });
  await now(subscription);
}

describe('a subscription', () => {
  test("begins with its paid invoice, and tells it in Stripe's order", async () => {
    const { stripe } = playing;
    const start = eventCount();
    const subscription = await subscribed();
    expect(subscription).toMatchObject({ status: 'active', metadata: { citizen: 'one' }, cancel_at_period_end: false });
    const invoice = await stripe.invoices.retrieve(idOf(subscription.latest_invoice), { expand: ['payments'] });
    expect(invoice).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 1_000,
      parent: { subscription_details: { subscription: subscription.id } },
      payments: { data: [{ status: 'paid', payment: { type: 'payment_intent' } }] },
    });
    const types = typesSince(playing, start).filter((type) => type !== 'charge.updated');
    expect(types).toEqual([
      'customer.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'payment_method.attached',
      'invoice.created',
      'invoice.finalized',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'customer.subscription.created',
      'checkout.session.completed',
    ]);
    const [item] = subscription.items.data;
    expect((item?.current_period_end ?? 0) - (item?.current_period_start ?? 0)).toBeGreaterThanOrEqual(28 * day);
    const nested = await stripe.subscriptions.retrieve(subscription.id, { expand: ['items.data.price.product'] });
    expect(nested.items.data[0]?.price.product).toMatchObject({ name: 'Participant' });
  });

  test('renews with a draft that is charged an hour later', async () => {
    const subscription = await subscribed();
    advance(31 * day);
    const renewed = await now(subscription);
    advance(3_600);
    expect(renewed.items.data[0]?.current_period_start).toBe(subscription.items.data[0]?.current_period_end);
    const [latest] = await invoicesOf(subscription);
    expect(latest).toMatchObject({ billing_reason: 'subscription_cycle', status: 'paid', amount_paid: 1_000 });
    await agreedBalance(playing);
  });

  test('whose card fails is past due, is tried again, and is saved by a new card', async () => {
    const { sandbox } = playing;
    const subscription = await subscribed();
    await breakCard(subscription);
    advance(31 * day + 3_600);
    expect((await now(subscription)).status).toBe('past_due');
    const [open] = await invoicesOf(subscription);
    expect(open).toMatchObject({ status: 'open', attempt_count: 1 });
    expect(open?.next_payment_attempt).not.toBeNull();
    sandbox.control({ action: 'new_card', customer: idOf(subscription.customer), card: '4242424242424242' });
    const start = eventCount();
    advance(3 * day);
    expect((await now(subscription)).status).toBe('active');
    expect((await invoicesOf(subscription))[0]).toMatchObject({ status: 'paid', attempt_count: 2 });
    expect(typesSince(playing, start)).toContain('customer.subscription.updated');
  });

  test('that is never paid ends after the last attempt', async () => {
    const subscription = await subscribed();
    await breakCard(subscription);
    advance(31 * day + 3_600);
    const start = eventCount();
    advance(20 * day);
    const ended = await now(subscription);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_failed' } });
    const own = playing.sandbox
      .events()
      .slice(start)
      .map(({ event }) => event);
    const mine = own
      .filter((event) => JSON.stringify(event.data.object).includes(subscription.id))
      .map(({ type }) => type);
    expect(mine.filter((type) => type === 'invoice.payment_failed')).toHaveLength(3);
    expect(mine.at(-1)).toBe('customer.subscription.deleted');
    advance(60 * day);
    expect(await invoicesOf(subscription)).toHaveLength(2);
  });

  test('changes its plan in mid-period: the rest is charged, the unused credited', async () => {
    const { stripe } = playing;
    const subscription = await subscribed();
    advance(15 * day);
    const items = [{ id: itemOf(subscription), price: better.id }];
    const changed = await stripe.subscriptions.update(subscription.id, { items, proration_behavior: 'always_invoice' });
    expect(changed.items.data[0]?.price.id).toBe(better.id);
    const [invoice] = await invoicesOf(subscription);
    expect(invoice).toMatchObject({ billing_reason: 'subscription_update', status: 'paid' });
    const amounts = invoice?.lines.data.map(({ amount }) => amount) ?? [];
    expect(amounts).toHaveLength(2);
    expect(amounts[1]).toBe(-3 * (amounts[0] ?? 0));
    expect(invoice?.total).toBeGreaterThan(900);
    expect(invoice?.total).toBeLessThan(1_100);
  });

  test('keeps a credit from a smaller plan for the next invoice', async () => {
    const { stripe } = playing;
    const subscription = await subscribed();
    const update = (price: string) =>
      stripe.subscriptions.update(subscription.id, {
        items: [{ id: itemOf(subscription), price }],
        proration_behavior: 'always_invoice',
      });
    await update(better.id);
    await update(basic.id);
    const customer = await stripe.customers.retrieve(idOf(subscription.customer));
    expect(customer).toMatchObject({ balance: -2_000 });
    advance(31 * day);
    advance(3_600);
    expect((await invoicesOf(subscription))[0]).toMatchObject({ status: 'paid', total: 1_000, amount_due: 0 });
  });

  test('cancelled for the end of its period stays good until then, or is resumed', async () => {
    const { stripe } = playing;
    const subscription = await subscribed();
    const cancel = (value: boolean) => stripe.subscriptions.update(subscription.id, { cancel_at_period_end: value });
    expect(await cancel(true)).toMatchObject({
      status: 'active',
      cancel_at: subscription.items.data[0]?.current_period_end,
    });
    expect(await cancel(false)).toMatchObject({ cancel_at: null, canceled_at: null });
    await cancel(true);
    advance(31 * day);
    expect(await now(subscription)).toMatchObject({ status: 'canceled' });
    expect(await invoicesOf(subscription)).toHaveLength(1);
  });

  test('cancelled at once is gone: nothing renews it and it cannot be changed', async () => {
    const { stripe } = playing;
    const subscription = await subscribed();
    expect((await stripe.subscriptions.cancel(subscription.id)).status).toBe('canceled');
    await expect(stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({ code: 'resource_missing' });
    const update = stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
    await expect(update).rejects.toThrow('canceled subscription');
    advance(31 * day);
    expect(await invoicesOf(subscription)).toHaveLength(1);
    const listed = await stripe.subscriptions.list({ customer: idOf(subscription.customer) });
    expect(listed.data).toEqual([]);
  });
});

test.each<[string, () => Stripe.Checkout.SessionCreateParams, string]>([
  ['a one-time price', () => ({ ...sessionParameters(), mode: 'subscription' }), 'recurring price'],
  ['a recurring price in a payment', () => ({ ...session(basic.id), mode: 'payment' }), 'payment` mode but passed'],
  ['an unknown price', () => session('price_none'), 'No such price'],
  ['data for a payment', () => ({ ...session(basic.id), payment_intent_data: { description: 'x' } }), 'can not pass'],
])('a subscription with %s is refused', async (_what, parametersOf, message) => {
  await expect(playing.stripe.checkout.sessions.create(parametersOf())).rejects.toThrow(message);
});

describe('the billing portal', () => {
  test('changes the plan, cancels, resumes and takes a new card', async () => {
    const { sandbox, stripe } = playing;
    const subscription = await subscribed();
    const portal = await stripe.billingPortal.sessions.create({
      customer: idOf(subscription.customer),
      return_url: 'http://127.0.0.1:9/wallet',
    });
    expect(portal.url.startsWith(`${sandbox.url}/p/session/`)).toBe(true);
    const post = async (fields: Record<string, string>) => {
      const answer = await fetch(portal.url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
      expect(answer.status).toBe(303);
    };
    const { id } = subscription;
    const page = await (await fetch(portal.url)).text();
    expect(page).toContain('Participant');
    expect(page).toContain('href="http://127.0.0.1:9/wallet"');
    await post({ do: 'change', subscription: id, price: better.id });
    expect((await now(subscription)).items.data[0]?.price.id).toBe(better.id);
    await post({ do: 'cancel', subscription: id });
    expect((await now(subscription)).cancel_at_period_end).toBe(true);
    await post({ do: 'resume', subscription: id });
    expect((await now(subscription)).cancel_at_period_end).toBe(false);
    await post({ do: 'card', cardNumber: '5555 5555 5555 4444' });
    const method = await stripe.paymentMethods.retrieve(idOf((await now(subscription)).default_payment_method));
    expect(method.card?.last4).toBe('4444');
  });

  test('shows nobody the subscription of another', async () => {
    const { sandbox, stripe } = playing;
    const [mine, other] = [await subscribed(), await subscribed()];
    const portal = await stripe.billingPortal.sessions.create({ customer: idOf(mine.customer) });
    const body = new URLSearchParams({ do: 'cancel', subscription: other.id });
    const answer = await fetch(portal.url, { method: 'POST', body, redirect: 'manual' });
    expect(answer.headers.get('location')).toContain('problem=');
    expect((await now(other)).cancel_at_period_end).toBe(false);
    expect((await fetch(`${sandbox.url}/p/session/none`)).status).toBe(404);
  });

  test('offers the plans of its configuration', async () => {
    const { stripe } = playing;
    const configuration = await stripe.billingPortal.configurations.create({
      features: {
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          products: [{ product: idOf(basic.product), prices: [basic.id] }],
        },
        subscription_cancel: { enabled: false },
      },
    });
    const subscription = await subscribed();
    const portal = await stripe.billingPortal.sessions.create({
      customer: idOf(subscription.customer),
      configuration: configuration.id,
    });
    const page = await (await fetch(portal.url)).text();
    expect(page).not.toContain('Creator');
    expect(page).not.toContain('Cancel plan');
  });
});
