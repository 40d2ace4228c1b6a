import type Stripe from 'stripe';
import type { TrustLimits } from '#server/citizens/trust-rules.ts';
import { assertTermsAccepted } from '#server/citizens/terms.ts';
import { refreshTrustOf } from '#server/citizens/trust-flows.ts';
import type { Database, Tx } from '#server/platform/db.ts';
import { refuse, type DomainError } from '#server/platform/errors.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { topUpById, topUpBySession, walletStatement, type StatementQuery } from './queries.ts';
import { quoteTopUp, stateOfSession } from './rules.ts';
import type { StatementEntry, TopUpChoice, TopUpQuote, TopUpState, TopUpView } from './schema.ts';
import { creditTopUp, type Payment } from './credits.ts';
import { beginTopUp, recordOutcome, recordSession, type StartedTopUp, type WriteDeps } from './service.ts';
import { recordMovement } from '#server/payments/reconciliation/reconciliation.ts';
import { movementOf } from '#server/payments/stripe/stripe-movement.ts';
import { callStripe, isMissingAtStripe, isNoLongerOpenAtStripe } from '#server/payments/stripe/stripe-errors.ts';
import { crowdingSessions } from './top-up-room.ts';
import { enforceStanding } from './trust-enforcement.ts';

export interface PaymentDeps extends WriteDeps {
  database: Database;
  stripe: Stripe;
}

export interface StartDeps extends PaymentDeps {
  /** Public origin of the product, without a slash at the end. */
  appUrl: string;
}

/** A write that is ready: everything that needed a network is done. */
export type Effect = (tx: Tx) => Promise<void>;

/**
 * Opens Stripe's page for a top-up. Safe to repeat with the same key after any failure: the row is
 * the intent, its id Stripe's idempotency key, so a lost answer is found again.
 * The citizen's trust is computed first, so that nobody pays for what the limits of this moment would not let in; pages
 * that nobody paid on and for which there is no room beside this one are closed.
 * Refuses with `amount_out_of_range`, `package_not_found`, `idempotency_key_reused`, `top_up_closed`, `top_up_limit`,
 * `trust_frozen`, `account_closed`, `terms_not_accepted`, `stripe_unavailable`.
 */
export async function startTopUp(
  deps: StartDeps,
  input: { citizenId: string; choice: TopUpChoice; key: string },
): Promise<{ checkoutUrl: string; topUpId: string }> {
  const quote = quoteTopUp(input.choice);
  const standing = await refreshTrustOf(deps, { citizenId: input.citizenId, enforce: enforceStanding });
  if (standing === null) throw refuse('forbidden', 'account_closed', 'This account is closed.');
  await assertTermsAccepted(deps.database.client, input.citizenId);
  const begin = () => deps.database.inTransaction((tx) => beginTopUp(tx, deps, { ...input, quote, standing }));
  const topUp = await begin();
  if (topUp.checkoutUrl !== null) return { checkoutUrl: topUp.checkoutUrl, topUpId: topUp.id };
  // Its session was paid or ran out before its address was known here: a second one could be paid as well.
  if (topUp.state !== 'started') throw refuse('conflict', 'top_up_closed', 'This attempt is over. Please start anew.');
  // What was paid on another page meanwhile has taken its room.
  if (await closeCrowding(deps, topUp, standing.limits)) await begin();
  const session = await callStripe(() =>
    deps.stripe.checkout.sessions.create(sessionParameters(topUp, deps.appUrl), { idempotencyKey: topUp.id }),
  );
  invariant(session.url !== null, 'a new session has a page');
  const opened = { topUpId: topUp.id, sessionId: session.id, checkoutUrl: session.url };
  await deps.database.inTransaction((tx) => recordSession(tx, deps, opened));
  return { checkoutUrl: session.url, topUpId: topUp.id };
}

/**
 * Ends pages of the same citizen that could be paid beyond their limits; one that was paid meanwhile is credited. Says
 * whether there were any.
 */
async function closeCrowding(deps: StartDeps, topUp: StartedTopUp, limits: TrustLimits): Promise<boolean> {
  const { id: topUpId, citizenId, quote } = topUp;
  const { client } = deps.database;
  const crowding = await crowdingSessions(client, { topUpId, citizenId, priceMinor: quote.priceMinor, limits });
  for (const sessionId of crowding) await closeSession(deps, sessionId);
  return crowding.length > 0;
}

/** Ends a page at Stripe, so that nobody can pay on it any more; a session that was paid meanwhile is credited. */
export async function closeSession(deps: PaymentDeps, sessionId: string): Promise<void> {
  try {
    await callStripe(() => deps.stripe.checkout.sessions.expire(sessionId));
  } catch (error) {
    if (!isNoLongerOpenAtStripe(error)) throw error;
  }
  await settleSession(deps, sessionId);
}

/** Depends on nothing but the row, so that every repetition is the same request to Stripe. */
function sessionParameters(topUp: StartedTopUp, appUrl: string): Stripe.Checkout.SessionCreateParams {
  const { quote } = topUp;
  const metadata = { top_up_id: topUp.id, citizen_id: topUp.citizenId };
  const line = (name: string, cents: bigint, description?: string): Stripe.Checkout.SessionCreateParams.LineItem => ({
    quantity: 1,
    price_data: {
      currency: 'usd',
      unit_amount: Number.parseInt(String(cents), 10),
      product_data: { name, ...(description === undefined ? {} : { description }) },
    },
  });
  return {
    mode: 'payment',
    success_url: `${appUrl}/wallet/top-up/complete?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${appUrl}/wallet/top-up?cancelled=yes`,
    client_reference_id: topUp.id,
    metadata,
    payment_intent_data: { metadata, description: `CASCADE top-up ${topUp.id}` },
    line_items: [
      line(ducatsBought(quote), quote.priceMinor, ducatsGranted(quote)),
      line('Service fee', quote.feeMinor),
      ...(quote.taxMinor > 0n ? [line('Tax', quote.taxMinor)] : []),
    ],
  };
}

function ducatsBought(quote: TopUpQuote): string {
  return `${ducatText(quote.baseMinor)} ducats`;
}

function ducatsGranted(quote: TopUpQuote): string | undefined {
  return quote.bonusMinor > 0n ? `and ${ducatText(quote.bonusMinor)} bonus ducats` : undefined;
}

function ducatText(minor: bigint): string {
  const fraction = minor % 100n;
  return fraction === 0n ? String(minor / 100n) : `${minor / 100n}.${String(fraction).padStart(2, '0')}`;
}

/**
 * Brings a top-up to where Stripe says it is, crediting it when it is paid. Serves the webhook's
 * worker, the success page and the sweeper, also at the same time. With `citizenId` it refuses a
 * session of somebody else as `top_up_not_found`.
 */
export async function fulfil(deps: PaymentDeps, input: { sessionId: string; citizenId?: string }): Promise<TopUpView> {
  const { sessionId, citizenId } = input;
  const known = await topUpBySession(deps.database.client, sessionId);
  if (citizenId !== undefined && known?.citizenId !== citizenId) throw topUpNotFound();
  if (known === null || !settledStates.includes(known.state)) await settleSession(deps, sessionId);
  const settled = await topUpBySession(deps.database.client, sessionId);
  if (settled === null) throw topUpNotFound();
  const { citizenId: _owner, ...view } = settled;
  return view;
}

const settledStates: readonly TopUpState[] = ['credited', 'waiting', 'returned'];

async function settleSession(deps: PaymentDeps, sessionId: string): Promise<void> {
  const effect = await prepareFulfilment(deps, sessionId);
  if (effect === null) throw topUpNotFound();
  await deps.database.inTransaction(effect);
}

function topUpNotFound(): DomainError {
  return refuse('not_found', 'top_up_not_found', 'There is no such top-up.');
}

/**
 * Fetches the session fresh and says what must be written. Null when the session is none of ours.
 * The row is also found by the session's metadata: an answer that was lost before it was recorded.
 */
export async function prepareFulfilment(deps: PaymentDeps, sessionId: string): Promise<Effect | null> {
  const session = await fetchSession(deps, sessionId);
  const topUpId = session === null ? null : await topUpOf(deps, session);
  if (session === null || topUpId === null) return null;
  const paymentIntent = objectOf(session.payment_intent);
  const state = stateOfSession({
    status: session.status,
    paymentStatus: session.payment_status,
    paymentIntentStatus: paymentIntent?.status ?? null,
  });
  if (state !== 'paid') return (tx) => recordOutcome(tx, deps, { topUpId, sessionId, state });
  const payment = paymentOf(session, topUpId);
  return (tx) => creditTopUp(tx, deps, payment);
}

async function fetchSession(deps: PaymentDeps, sessionId: string): Promise<Stripe.Checkout.Session | null> {
  try {
    return await callStripe(() =>
      deps.stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent.latest_charge'] }),
    );
  } catch (error) {
    if (isMissingAtStripe(error)) return null;
    throw error;
  }
}

async function topUpOf(deps: PaymentDeps, session: Stripe.Checkout.Session): Promise<string | null> {
  const bySession = await topUpBySession(deps.database.client, session.id);
  if (bySession !== null) return bySession.id;
  return await topUpNamedIn(deps, session.metadata);
}

/** Our own mark on an object at Stripe, when it names a row of this database. */
async function topUpNamedIn(deps: PaymentDeps, metadata: Stripe.Metadata | null): Promise<string | null> {
  const id = metadata?.['top_up_id'];
  if (id === undefined || !isWrittenUuid(id)) return null;
  return (await topUpById(deps.database.client, id))?.id ?? null;
}

function paymentOf(session: Stripe.Checkout.Session, topUpId: string): Payment {
  const paymentIntent = objectOf(session.payment_intent);
  const charge = objectOf(paymentIntent?.latest_charge ?? null);
  invariant(paymentIntent !== null && charge !== null, 'a paid session has a charge');
  invariant(session.amount_total !== null, 'a paid session has a total');
  return {
    topUpId,
    sessionId: session.id,
    paymentIntentId: paymentIntent.id,
    chargeId: charge.id,
    riskLevel: charge.outcome?.risk_level ?? null,
    cardFingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
    paymentMethod: charge.payment_method_details?.type ?? null,
    totalMinor: BigInt(session.amount_total),
    currency: session.currency ?? '',
  };
}

/** A reference that was asked to be expanded. */
function objectOf<T extends object>(reference: string | T | null): T | null {
  return typeof reference === 'string' ? null : reference;
}

/**
 * Fetches a charge fresh and writes down its movement of Stripe's balance, with Stripe's fee. Null while Stripe has not
 * made it, and for charges that are none of ours.
 */
export async function prepareStripeFee(deps: PaymentDeps, chargeId: string): Promise<Effect | null> {
  const charge = await callStripe(() => deps.stripe.charges.retrieve(chargeId, { expand: ['balance_transaction'] }));
  const transaction = objectOf(charge.balance_transaction);
  if (!charge.paid || transaction === null) return null;
  if ((await topUpNamedIn(deps, charge.metadata)) === null) return null;
  return (tx) => recordMovement(tx, deps, movementOf(transaction));
}

/** Books Stripe's fee of a charge if it is known by now; says whether it was. */
export async function recordStripeFee(deps: PaymentDeps, chargeId: string): Promise<boolean> {
  const effect = await prepareStripeFee(deps, chargeId);
  if (effect === null) return false;
  await deps.database.inTransaction(effect);
  return true;
}

/** A whole statement, page after page. Each page is a read of its own, so that a slow reader holds nothing. */
export async function* statementPages(
  deps: Pick<PaymentDeps, 'database'>,
  query: Omit<StatementQuery, 'cursor'>,
): AsyncGenerator<StatementEntry[], void> {
  let cursor: bigint | null = null;
  do {
    const page: Awaited<ReturnType<typeof walletStatement>> = await walletStatement(deps.database.client, {
      ...query,
      cursor,
    });
    yield page.entries;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
