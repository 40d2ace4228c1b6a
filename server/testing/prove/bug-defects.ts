import type { Defect, SourceSubstitution } from './planting.ts';

function planted(name: string, [file, search, replacement]: readonly [string, string, string]): Defect {
  const source: SourceSubstitution = { file, search, replacement };
  return { name: `bugs of others: ${name}`, source, red: ['payments/bugs-of-others'] };
}

/** One for each of the bugs that others had in their card bridges. */
export const bugDefects: readonly Defect[] = [
  planted('a retry is an event of its own', [
    'server/payments/stripe/webhook.ts',
    'const { id: eventId, type } = event;',
    'const [eventId, type] = [deps.ids.uuid(), event.type];',
  ]),
  planted('a credited top-up is credited by the next handler', [
    'server/payments/credits.ts',
    'if (paidStates.includes(topUp.state)) return;',
    '',
  ]),
  planted('an event is handled before its effect', [
    'server/platform/inbox.ts',
    'await deps.database.inTransaction((tx) => settle(tx, { id: event.id, outcome, now: deps.clock.now() }));',
    `const marked: InboxOutcome = { state: outcome.state };
    await deps.database.inTransaction((tx) => settle(tx, { id: event.id, outcome: marked, now: deps.clock.now() }));
    if (outcome.state === 'handled' && outcome.effect) await deps.database.inTransaction(outcome.effect);`,
  ]),
  planted('an unknown type is malformed', [
    'server/payments/stripe/stripe-events.ts',
    'type: z.string().min(1).max(255),',
    'type: z.string().regex(/^(account|charge|checkout|customer|invoice|payment_intent|payout|transfer)[.]/),',
  ]),
  planted('a body is read before its signature', [
    'server/payments/stripe/webhook.ts',
    `verifySignature(payload, signature, deps);
  const event = readEvent(payload, deps.mode);`,
    `const event = readEvent(payload, deps.mode);
  verifySignature(payload, signature, deps);`,
  ]),
  planted('any signature will do', [
    'server/payments/stripe/webhook.ts',
    'verifier.verifyHeader(payload,',
    "if (!signature.includes('v1=')) verifier.verifyHeader(payload,",
  ]),
  planted('an ended subscription may begin again', [
    'server/payments/subscriptions/subscriptions.ts',
    "row.state === 'ended' || row.reading >= read.reading",
    'row.reading >= read.reading',
  ]),
  planted('a top-up is not locked while it is credited', [
    'server/payments/service.ts',
    'SELECT id::text FROM top_up WHERE id = ${id}::uuid FOR UPDATE',
    'SELECT id::text FROM top_up WHERE id = ${id}::uuid',
  ]),
  planted('a cash-out is not locked while it is claimed', [
    'server/payments/cash-outs/cash-out-record.ts',
    'SELECT id FROM cash_out WHERE id = ${id}::uuid FOR NO KEY UPDATE',
    'SELECT id FROM cash_out WHERE id = ${id}::uuid',
  ]),
  planted('a cash-out takes whatever the wallet holds', [
    'server/payments/cash-outs/cash-outs.ts',
    'if (ducatsMinor <= (await clearedEarned(tx, walletId, now)))',
    'if ((await clearedEarned(tx, walletId, now)) >= 0n)',
  ]),
  planted('a payout that was paid cannot fail', [
    'server/payments/cash-outs/cash-out-steps.ts',
    "(isWithBank || cashOut.state === 'paid')",
    'isWithBank',
  ]),
  planted('sellers keep what a dispute takes back', [
    'server/payments/disputes/dispute-rules.ts',
    'least(openUsdMinor, sumOf(earnings) / centesimiPerCent)',
    'least(openUsdMinor, (0n * sumOf(earnings)) / centesimiPerCent)',
  ]),
];
