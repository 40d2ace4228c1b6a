import type { Defect } from './planting.ts';

function planted(name: string, place: { file: string; search: string; replacement: string }): Defect {
  return { name: `the bridge ${name}`, source: place, red: ['payments/bridge-chaos'] };
}

/** Each lets dollars and ducats drift apart in one place, which a run of the bridge under chaos has to notice. */
export const bridgeDefects: readonly Defect[] = [
  planted('credits a bank debit that is still under way', {
    file: 'server/payments/flows.ts',
    search: "if (state !== 'paid') return (tx) => recordOutcome",
    replacement: "if (state !== 'paid' && state !== 'processing') return (tx) => recordOutcome",
  }),
  planted('books a cent less than Stripe’s fee', {
    file: 'server/payments/reconciliation/reconciliation.ts',
    search: 'createdAt, feeMinor }, secret)',
    replacement: 'createdAt, feeMinor: feeMinor - 1n }, secret)',
  }),
  planted('asks for a refund again under another key', {
    file: 'server/payments/refunds/refund-flows.ts',
    search: '{ idempotencyKey: id },',
    replacement: '{ idempotencyKey: crypto.randomUUID() },',
  }),
  planted('forgets who owes Stripe’s fee for a dispute', {
    file: 'server/payments/disputes/dispute-withdrawals.ts',
    search: "await addDebt(tx, deps, { ...debt, cause: 'dispute_fee', amountMinor: chargedMinor });",
    replacement: '',
  }),
  planted('credits a payment again that waits in suspense', {
    file: 'server/payments/credits.ts',
    search: "const paidStates: readonly string[] = ['credited', 'waiting', 'returned'];",
    replacement: "const paidStates: readonly string[] = ['credited', 'returned'];",
  }),
  planted('books one cent less than a dispute took', {
    file: 'server/payments/disputes/dispute-withdrawals.ts',
    search: 'amountMinor: -amountMinor,',
    replacement: 'amountMinor: -amountMinor + 1n,',
  }),
];
