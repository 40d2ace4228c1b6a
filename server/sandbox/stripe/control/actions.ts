import { z } from 'zod';

const whole = z.union([z.number(), z.string().regex(/^\d{1,12}$/)]).transform((value) => Math.trunc(Number(value)));
const upTo = (max: number) => whole.refine((value) => value >= 0 && value <= max, `A whole number from 0 to ${max}`);
const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).transform((value) => value === true || value === 'true');
const id = z.string().min(1).max(255);

const count = upTo(1_000);
const milliseconds = upTo(3_600_000);
const secondsMax = 400 * 24 * 3_600;

/** What the control API, the control page and tests can make the sandbox do. */
export const controlAction = z.discriminatedUnion('action', [
  z.object({ action: z.literal('status') }),
  z.object({ action: z.literal('hold') }),
  z.object({ action: z.literal('release'), order: z.enum(['as_happened', 'reversed']).optional() }),
  z.object({ action: z.literal('delay'), delayMs: milliseconds }),
  z.object({ action: z.literal('drop_next'), count }),
  z.object({ action: z.literal('resend'), event: id, times: count.optional() }),
  z.object({ action: z.literal('replay'), which: z.enum(['dropped', 'all']).optional() }),
  z.object({
    action: z.literal('weather'),
    times: upTo(20).optional(),
    spreadMs: milliseconds.optional(),
    dropPerMille: upTo(1_000).optional(),
    seed: upTo(2_147_483_647).optional(),
  }),
  z.object({
    action: z.literal('fail_next'),
    mode: z.enum(['before', 'after', 'slow']),
    count,
    route: z.string().max(200).optional(),
    delayMs: upTo(60_000).optional(),
  }),
  z.object({ action: z.literal('advance_clock'), seconds: upTo(secondsMax) }),
  z.object({ action: z.literal('webhook_url'), url: z.string().nullish() }),
  z.object({
    action: z.literal('pay'),
    session: id,
    card: z.string().optional(),
    /** A US bank account instead of a card. */
    bankAccount: z.string().optional(),
    authenticate: z.enum(['complete', 'fail']).optional(),
  }),
  z.object({ action: z.literal('settle'), session: id, outcome: z.enum(['succeed', 'fail']).optional() }),
  z.object({ action: z.literal('expire'), session: id }),
  z.object({ action: z.literal('fail_refund'), refund: id }),
  z.object({
    action: z.literal('dispute'),
    charge: id,
    reason: z.string().optional(),
    amount: whole.optional(),
    inquiry: flag.optional(),
  }),
  z.object({ action: z.literal('warn'), charge: id }),
  z.object({
    action: z.literal('decide_dispute'),
    dispute: id,
    verdict: z.enum(['won', 'lost', 'escalated']),
    keepFee: flag.optional(),
  }),
  z.object({
    action: z.literal('onboard'),
    account: id,
    bankAccount: z.string().optional(),
    idNumber: z.string().optional(),
  }),
  z.object({ action: z.literal('platform_bank'), bankAccount: z.string() }),
  z.object({ action: z.literal('new_card'), customer: id, card: z.string() }),
  z.object({ action: z.literal('sweep'), account: id.optional() }),
  z.object({ action: z.literal('arrive'), payout: id }),
  z.object({ action: z.literal('fail_payout'), payout: id, code: z.string().optional() }),
]);

export type ControlAction = z.output<typeof controlAction>;
export type ActionOf<A extends ControlAction['action']> = Extract<ControlAction, { action: A }>;
