/** US bank accounts of docs.stripe.com/testing: how a debit of them ends, and how a payout to them ends. */
export interface TestBankAccount {
  number: string;
  hint: string;
  debitFailure: { code: string; message: string } | null;
  payoutFailure: { code: string; message: string } | null;
}

export const testRoutingNumber = '110000000';

export const testBankAccounts: readonly TestBankAccount[] = [
  { number: '000123456789', hint: 'Succeeds', debitFailure: null, payoutFailure: null },
  {
    number: '000111111116',
    hint: 'No such account',
    debitFailure: {
      code: 'no_account',
      message: 'The payment failed because the customer bank account could not be located.',
    },
    payoutFailure: {
      code: 'no_account',
      message: 'Your bank account details are probably incorrect. No bank account could be located with those details.',
    },
  },
  {
    number: '000111111113',
    hint: 'Account closed',
    debitFailure: { code: 'account_closed', message: 'The customer has closed their bank account.' },
    payoutFailure: { code: 'account_closed', message: 'The bank account has been closed.' },
  },
  {
    number: '000222222227',
    hint: 'Insufficient funds',
    debitFailure: {
      code: 'insufficient_funds',
      message: 'The customer’s account has insufficient funds to cover this payment.',
    },
    payoutFailure: {
      code: 'insufficient_funds',
      message: 'Your Stripe account has insufficient funds to cover the payout.',
    },
  },
  {
    number: '000333333335',
    hint: 'Debit not authorised',
    debitFailure: {
      code: 'debit_not_authorized',
      message: 'The customer has notified their bank that this payment was unauthorized.',
    },
    payoutFailure: {
      code: 'debit_not_authorized',
      message: 'Debit transactions are not approved on your bank account.',
    },
  },
  {
    number: '000444444440',
    hint: 'Wrong currency',
    debitFailure: null,
    payoutFailure: {
      code: 'invalid_currency',
      message: 'The bank was unable to process this payout because of its currency.',
    },
  },
];

/** The test account of a number; any other number behaves as the good one. */
export function findBankAccount(number: string): TestBankAccount {
  const known = testBankAccounts.find((account) => account.number === number);
  return known ?? { number, hint: 'Succeeds', debitFailure: null, payoutFailure: null };
}

export function isBankAccountNumber(number: string): boolean {
  return /^\d{4,17}$/.test(number);
}
