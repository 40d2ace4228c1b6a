/** The test cards of docs.stripe.com/testing that this sandbox plays. */
export interface TestCard {
  number: string;
  brand: 'visa' | 'mastercard' | 'amex';
  hint: string;
  outcome: CardOutcome;
}

export type CardOutcome =
  | { kind: 'success'; riskLevel: 'normal' | 'elevated' | 'highest'; riskScore: number }
  | { kind: 'authenticate' }
  | { kind: 'decline'; code: string; declineCode: string; message: string };

const normal: CardOutcome = { kind: 'success', riskLevel: 'normal', riskScore: 12 };

function declined(declineCode: string, message: string, code = 'card_declined'): CardOutcome {
  return { kind: 'decline', code, declineCode, message };
}

export const testCards: readonly TestCard[] = [
  { number: '4242424242424242', brand: 'visa', hint: 'Payment succeeds', outcome: normal },
  {
    number: '4000002500003155',
    brand: 'visa',
    hint: 'Needs authentication (3-D Secure)',
    outcome: { kind: 'authenticate' },
  },
  {
    number: '4000000000000002',
    brand: 'visa',
    hint: 'Declined',
    outcome: declined('generic_decline', 'Your card was declined.'),
  },
  {
    number: '4000000000009995',
    brand: 'visa',
    hint: 'Insufficient funds',
    outcome: declined('insufficient_funds', 'Your card has insufficient funds.'),
  },
  {
    number: '4000000000000069',
    brand: 'visa',
    hint: 'Expired card',
    outcome: declined('expired_card', 'Your card has expired.', 'expired_card'),
  },
  {
    number: '4000000000000127',
    brand: 'visa',
    hint: 'Wrong security code',
    outcome: declined('incorrect_cvc', "Your card's security code is incorrect.", 'incorrect_cvc'),
  },
  { number: '5555555555554444', brand: 'mastercard', hint: 'Mastercard, succeeds', outcome: normal },
  { number: '378282246310005', brand: 'amex', hint: 'American Express, succeeds', outcome: normal },
  { number: '4000002760003184', brand: 'visa', hint: 'Always needs authentication', outcome: { kind: 'authenticate' } },
  {
    number: '4000000000009235',
    brand: 'visa',
    hint: 'Succeeds, elevated risk',
    outcome: { kind: 'success', riskLevel: 'elevated', riskScore: 68 },
  },
  {
    number: '4000000000004954',
    brand: 'visa',
    hint: 'Succeeds, highest risk',
    outcome: { kind: 'success', riskLevel: 'highest', riskScore: 92 },
  },
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
