import type account from '../_messages/en/account.json';
import type block from '../_messages/en/block.json';
import type category from '../_messages/en/category.json';
import type command from '../_messages/en/command.json';
import type common from '../_messages/en/common.json';
import type conversation from '../_messages/en/conversation.json';
import type debt from '../_messages/en/debt.json';
import type disputes from '../_messages/en/disputes.json';
import type errors from '../_messages/en/errors.json';
import type events from '../_messages/en/events.json';
import type fees from '../_messages/en/fees.json';
import type help from '../_messages/en/help.json';
import type home from '../_messages/en/home.json';
import type layout from '../_messages/en/layout.json';
import type listing from '../_messages/en/listing.json';
import type mailbox from '../_messages/en/mailbox.json';
import type market from '../_messages/en/market.json';
import type moderation from '../_messages/en/moderation.json';
import type money from '../_messages/en/money.json';
import type notification from '../_messages/en/notification.json';
import type operator from '../_messages/en/operator.json';
import type order from '../_messages/en/order.json';
import type people from '../_messages/en/people.json';
import type plan from '../_messages/en/plan.json';
import type privacy from '../_messages/en/privacy.json';
import type proof from '../_messages/en/proof.json';
import type provenance from '../_messages/en/provenance.json';
import type receipt from '../_messages/en/receipt.json';
import type reconciliation from '../_messages/en/reconciliation.json';
import type record from '../_messages/en/record.json';
import type refund from '../_messages/en/refund.json';
import type reserve from '../_messages/en/reserve.json';
import type searches from '../_messages/en/searches.json';
import type review from '../_messages/en/review.json';
import type security from '../_messages/en/security.json';
import type sell from '../_messages/en/sell.json';
import type send from '../_messages/en/send.json';
import type session from '../_messages/en/session.json';
import type signIn from '../_messages/en/sign-in.json';
import type storefront from '../_messages/en/storefront.json';
import type terms from '../_messages/en/terms.json';
import type tier from '../_messages/en/tier.json';
import type cashOut from '../_messages/en/cash-out.json';
import type topUp from '../_messages/en/top-up.json';
import type trust from '../_messages/en/trust.json';
import type venice from '../_messages/en/venice.json';
import type wallet from '../_messages/en/wallet.json';
import type walletSignIn from '../_messages/en/wallet-sign-in.json';

import type { Locale as SupportedLocale } from './locale.ts';

/** Every key of the English catalogues, so that a message that does not exist fails the type check. */
interface AllMessages {
  account: typeof account;
  block: typeof block;
  category: typeof category;
  command: typeof command;
  common: typeof common;
  conversation: typeof conversation;
  debt: typeof debt;
  disputes: typeof disputes;
  errors: typeof errors;
  events: typeof events;
  fees: typeof fees;
  help: typeof help;
  home: typeof home;
  layout: typeof layout;
  listing: typeof listing;
  mailbox: typeof mailbox;
  market: typeof market;
  moderation: typeof moderation;
  money: typeof money;
  notification: typeof notification;
  operator: typeof operator;
  order: typeof order;
  people: typeof people;
  plan: typeof plan;
  privacy: typeof privacy;
  proof: typeof proof;
  provenance: typeof provenance;
  receipt: typeof receipt;
  reconciliation: typeof reconciliation;
  record: typeof record;
  refund: typeof refund;
  reserve: typeof reserve;
  searches: typeof searches;
  review: typeof review;
  security: typeof security;
  sell: typeof sell;
  send: typeof send;
  session: typeof session;
  'sign-in': typeof signIn;
  storefront: typeof storefront;
  terms: typeof terms;
  tier: typeof tier;
  'cash-out': typeof cashOut;
  'top-up': typeof topUp;
  trust: typeof trust;
  venice: typeof venice;
  wallet: typeof wallet;
  'wallet-sign-in': typeof walletSignIn;
}

declare module 'next-intl' {
  interface AppConfig {
    Locale: SupportedLocale;
    Messages: AllMessages;
  }
}
