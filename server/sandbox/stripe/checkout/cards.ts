import { createHash } from 'node:crypto';

import type Stripe from 'stripe';

import type { Sandbox } from '#server/sandbox/stripe/context.ts';

/** The test cards of docs.stripe.com/testing that this sandbox plays. */
export interface TestCard {
  number: string;
  brand: 'visa' | 'mastercard' | 'amex';
  hint: string;
  outcome: CardOutcome;
  /** What happens to the charge soon after, as if by the bank. */
  afterwards?: 'dispute_fraudulent' | 'dispute_not_received' | 'inquiry' | 'early_fraud_warning';
  /** How a refund to this card goes, where it does not simply succeed. */
  refund?: 'pending' | 'fails';
  /** The money skips the pending balance. */
  isAvailableAtOnce?: boolean;
}

export type CardOutcome =
  | { kind: 'success'; riskLevel: RiskLevel; riskScore: number }
  | { kind: 'authenticate' }
  | { kind: 'decline'; code: string; declineCode: string; message: string; isBlocked?: boolean };
export type RiskLevel = 'normal' | 'elevated' | 'highest';

const normal: CardOutcome = { kind: 'success', riskLevel: 'normal', riskScore: 12 };

function declined(declineCode: string, message: string, code = 'card_declined'): CardOutcome {
  return { kind: 'decline', code, declineCode, message };
}

function visa(number: string, hint: string, more: CardOutcome | Partial<TestCard> = {}): TestCard {
  const rest = 'kind' in more ? { outcome: more } : more;
  return { number, brand: 'visa', hint, outcome: normal, ...rest };
}

const genericDecline = declined('generic_decline', 'Your card was declined.');

export const testCards: readonly TestCard[] = [
  visa('4242424242424242', 'Payment succeeds'),
  visa('4000002500003155', 'Needs authentication (3-D Secure)', { kind: 'authenticate' }),
  visa('4000000000000002', 'Declined', genericDecline),
  visa('4000000000009995', 'Insufficient funds', declined('insufficient_funds', 'Your card has insufficient funds.')),
  visa('4000000000000069', 'Expired card', declined('expired_card', 'Your card has expired.', 'expired_card')),
  visa(
    '4000000000000127',
    'Wrong security code',
    declined('incorrect_cvc', "Your card's security code is incorrect.", 'incorrect_cvc'),
  ),
  visa('4000000000000341', 'Can be saved, then every charge is declined', genericDecline),
  { number: '5555555555554444', brand: 'mastercard', hint: 'Mastercard, succeeds', outcome: normal },
  { number: '378282246310005', brand: 'amex', hint: 'American Express, succeeds', outcome: normal },
  visa('4000002760003184', 'Always needs authentication', { kind: 'authenticate' }),
  visa('4000000000009235', 'Succeeds, elevated risk, under review', {
    kind: 'success',
    riskLevel: 'elevated',
    riskScore: 68,
  }),
  visa('4000000000004954', 'Succeeds, highest risk, under review', {
    kind: 'success',
    riskLevel: 'highest',
    riskScore: 92,
  }),
  visa('4100000000000019', 'Blocked, highest risk', {
    kind: 'decline',
    code: 'card_declined',
    declineCode: 'fraudulent',
    message: 'Your card was declined.',
    isBlocked: true,
  }),
  visa('4000000000000259', 'Succeeds, disputed as fraudulent', { afterwards: 'dispute_fraudulent' }),
  visa('4000000000002685', 'Succeeds, disputed as not received', { afterwards: 'dispute_not_received' }),
  visa('4000000000001976', 'Succeeds, the bank inquires', { afterwards: 'inquiry' }),
  visa('4000000000005423', 'Succeeds, early fraud warning', { afterwards: 'early_fraud_warning' }),
  visa('4000000000007726', 'Succeeds, refunds stay pending a while', { refund: 'pending' }),
  visa('4000000000005126', 'Succeeds, refunds fail later', { refund: 'fails' }),
  visa('4000000000000077', 'Succeeds, money available at once', { isAvailableAtOnce: true }),
];

/** What Stripe answers in test mode to a card that is not one of its test cards. */
const unknownCard = declined(
  'test_mode_live_card',
  'Your card was declined. Your request was in test mode, but used a non test card. ' +
    'For a list of valid test cards, visit: https://stripe.com/docs/testing.',
);

export function findTestCard(number: string): TestCard {
  const known = testCards.find((card) => card.number === number);
  if (known !== undefined) return known;
  return { number, brand: number.startsWith('5') ? 'mastercard' : 'visa', hint: 'Unknown card', outcome: unknownCard };
}

export function fingerprintOf(number: string): string {
  return createHash('sha256').update(number).digest('base64url').slice(0, 16);
}

const byFingerprint = new Map(testCards.map((card) => [fingerprintOf(card.number), card]));

/** The test card behind a saved payment method. */
export function cardBehind(paymentMethod: Stripe.PaymentMethod): TestCard {
  const card = byFingerprint.get(paymentMethod.card?.fingerprint ?? '');
  return card ?? visa(paymentMethod.card?.last4 ?? '', 'Unknown card', unknownCard);
}

/** The test card that paid a charge; none for a bank account. */
export function testCardOf(sandbox: Sandbox, charge: Stripe.Charge): TestCard | null {
  const paymentMethod = sandbox.store.get('paymentMethod', charge.payment_method ?? '');
  return paymentMethod?.card === undefined ? null : cardBehind(paymentMethod);
}

/** The Luhn checksum every card number carries. */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (let fromRight = 0; fromRight < number.length; fromRight += 1) {
    const digit = Number.parseInt(number.charAt(number.length - 1 - fromRight), 10);
    const value = fromRight % 2 === 0 ? digit : digit * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
