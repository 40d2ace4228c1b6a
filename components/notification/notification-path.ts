import type { NotificationKind, NotificationView } from '#server/citizens/schema.ts';

/** Where a notification leads: to the thing itself where it is known which, otherwise to the page that says more. */
export function notificationPath({ kind, details }: Pick<NotificationView, 'kind' | 'details'>): string | null {
  const place = places[kind];
  if (place === null || typeof place === 'string') return place;
  const id = details[place.of];
  return typeof id === 'string' && id !== '' ? `${place.under}/${id}` : (place.otherwise ?? null);
}

interface Place {
  under: string;
  /** The detail that names what it is about. */
  of: string;
  otherwise?: string;
}

const order: Place = { under: '/orders', of: 'order', otherwise: '/orders' };
const offer: Place = { under: '/offers', of: 'offer', otherwise: '/offers' };
const gift: Place = { under: '/gifts', of: 'order', otherwise: '/orders?tab=gifts' };
const thread: Place = { under: '/messages', of: 'thread', otherwise: '/messages' };
const listing: Place = { under: '/listings', of: 'listing', otherwise: '/account/wishlist' };

const places: Readonly<Record<NotificationKind, string | Place | null>> = {
  tier_changed: '/account/trust',
  trust_changed: '/account/trust',
  charge_disputed: '/wallet',
  dispute_won: '/wallet',
  earning_taken_back: '/wallet',
  earning_given_back: '/wallet',
  grant_expired: '/wallet',
  refund_paid: '/wallet',
  refund_failed: '/wallet',
  sent_taken_back: '/wallet',
  sent_given_back: '/wallet',
  ducats_sent: '/wallet',
  ducats_received: '/wallet',
  ducats_requested: '/wallet/requests',
  request_declined: '/wallet/requests?side=asked',
  request_withdrawn: '/wallet/requests',
  request_expired: '/wallet/requests?side=asked',
  order_placed: order,
  order_moved: order,
  order_part_refunded: order,
  order_proposal: order,
  offer_received: offer,
  offer_countered: offer,
  offer_accepted: offer,
  offer_ended: offer,
  gift_given: gift,
  gift_moved: gift,
  subscription_failing: '/account/plan',
  subscription_ended: '/account/plan',
  subscription_outgrown: '/account/plan',
  credential_made: '/account/credentials',
  credential_ended: '/account/credentials',
  credentials_ended: '/account/credentials',
  factor_added: '/account/security',
  factor_removed: '/account/security',
  recovery_codes_made: '/account/security',
  recovery_code_used: '/account/security',
  wrong_codes: '/account/security',
  signed_in_new_device: '/account/sessions',
  email_changed: '/account/contact',
  role_changed: null,
  account_closed: null,
  payout_account_changed: '/wallet/cash-out',
  cash_out_requested: '/wallet/cash-out',
  cash_out_ended: '/wallet/cash-out',
  seller_published: '/account/searches',
  search_found: '/account/searches',
  wish_cheaper: listing,
  wish_on_sale: listing,
  wish_back: listing,
  stock_low: { under: '/sell', of: 'listing', otherwise: '/sell' },
  import_ended: { under: '/sell/import', of: 'import', otherwise: '/sell/import' },
  question_received: thread,
  message_received: thread,
  question_shown: listing,
  review_waiting: order,
  review_shown: order,
  review_answered: order,
  report_decided: null,
  content_moderated: null,
  moderation_undone: null,
};
