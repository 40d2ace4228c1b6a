import { z } from '#server/platform/zod.ts';

/** In which languages citizens are written to. */
export const mailLocales = ['en', 'it'] as const;
export type MailLocale = (typeof mailLocales)[number];
export const mailLocale = z.enum(mailLocales);

/** What the house tells a citizen, and the topic under which it can be turned off for e-mail. */
export const notificationTopicOf = {
  tier_changed: 'standing',
  trust_changed: 'standing',
  charge_disputed: 'money',
  dispute_won: 'money',
  earning_taken_back: 'money',
  earning_given_back: 'money',
  grant_expired: 'money',
  refund_paid: 'money',
  refund_failed: 'money',
  sent_taken_back: 'money',
  sent_given_back: 'money',
  ducats_sent: 'money',
  ducats_received: 'money',
  ducats_requested: 'money',
  request_declined: 'money',
  request_withdrawn: 'money',
  request_expired: 'money',
  order_placed: 'orders',
  order_moved: 'orders',
  order_part_refunded: 'orders',
  order_proposal: 'orders',
  offer_received: 'orders',
  offer_countered: 'orders',
  offer_accepted: 'orders',
  offer_ended: 'orders',
  gift_given: 'orders',
  gift_moved: 'orders',
  subscription_failing: 'standing',
  subscription_ended: 'standing',
  subscription_outgrown: 'standing',
  credential_made: 'security',
  credential_ended: 'security',
  credentials_ended: 'security',
  factor_added: 'security',
  factor_removed: 'security',
  recovery_codes_made: 'security',
  recovery_code_used: 'security',
  wrong_codes: 'security',
  signed_in_new_device: 'security',
  email_changed: 'security',
  role_changed: 'security',
  account_closed: 'security',
  payout_account_changed: 'security',
  cash_out_requested: 'security',
  cash_out_ended: 'security',
  seller_published: 'market',
  search_found: 'market',
  wish_cheaper: 'market',
  wish_back: 'market',
  wish_on_sale: 'market',
  stock_low: 'market',
  import_ended: 'market',
  question_received: 'people',
  message_received: 'people',
  question_shown: 'people',
  review_waiting: 'people',
  review_shown: 'people',
  review_answered: 'people',
  report_decided: 'people',
  content_moderated: 'people',
  moderation_undone: 'people',
} as const;

export type NotificationKind = keyof typeof notificationTopicOf;
export type NotificationTopic = (typeof notificationTopicOf)[NotificationKind];

export const notificationKinds = Object.keys(notificationTopicOf) as NotificationKind[];
export const notificationTopics = [
  'security',
  'standing',
  'money',
  'orders',
  'market',
  'people',
] as const satisfies readonly NotificationTopic[];

/** What protects an account reaches its citizen whether they like it or not. */
export const alwaysMailed: readonly NotificationTopic[] = ['security'];

/** Values that fill in a text: names of tiers, devices and factors, numbers, never an address or a secret. */
export type NotificationDetails = Record<string, string | number | boolean | null>;

export interface NotificationView {
  id: string;
  kind: NotificationKind;
  details: NotificationDetails;
  createdAt: Date;
  isRead: boolean;
}

/** A value of every name that any text uses, so that a text is never left with a hole. */
const noValues = {
  factor: 'other',
  name: '',
  title: '',
  device: '',
  place: '',
  from: '',
  to: '',
  until: '',
  role: 'citizen',
  rights: 'read',
  amount: '',
  left: 0,
  count: 0,
};

/** What fills in the text of a notification, in the catalogue of pages and in that of letters alike. */
export function notificationValues(details: NotificationDetails): Record<string, string | number> {
  const given = Object.entries(details).filter(([, value]) => value !== null && value !== '');
  const words = given.map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value] as const);
  return { ...noValues, ...(Object.fromEntries(words) as Record<string, string | number>) };
}

const addressLengthMax = 254;
const localPartLengthMax = 64;

/** An address as it is kept: without blanks around it, its domain in small letters. What stands before the @ stays. */
export const emailAddress = z
  .string()
  .trim()
  .max(addressLengthMax)
  .pipe(z.email())
  .refine((address) => address.indexOf('@') <= localPartLengthMax)
  .transform((address) => {
    const at = address.lastIndexOf('@');
    return address.slice(0, at) + address.slice(at).toLowerCase();
  });

export const setEmailInput = z.object({ address: emailAddress, locale: mailLocale });
/** 256 bits in base64url. */
export const verifyEmailInput = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/** What keeps an account from being closed, and how many of them there are. */
export interface ClosingObstacle {
  code: 'last_admin' | 'balance_left' | 'top_ups_open' | 'orders_open' | 'cash_outs_open' | 'subscription_live';
  count: number;
}

/** Closing is confirmed with the username. */
export const closeAccountInput = z.object({ confirmation: z.string().max(64) });

export const notificationsInput = z.object({
  cursor: z.uuid().optional(),
  limit: z.number().int().min(1).max(100).default(20),
});
export const topicInput = z.object({
  topic: z.enum(notificationTopics),
  byEmail: z.boolean(),
  locale: mailLocale,
});
/** What a browser that connects again heard last. */
export const streamInput = z.object({ lastEventId: z.uuid().nullish() }).default({});

/** An address as others may see it: enough to recognise one's own. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}

/** What a tier may be let use. */
export const features = ['market', 'exchange', 'api', 'storefront', 'bulk', 'organisation'] as const;
export type Feature = (typeof features)[number];
