import { contactRouter, notificationsRouter } from '#server/citizens/account-router.ts';
import { passkeySignInRouter } from '#server/citizens/passkey-router.ts';
import { securityRouter } from '#server/citizens/security-router.ts';
import { credentialsRouter } from '#server/citizens/credentials-router.ts';
import { sessionRouter } from '#server/citizens/router.ts';
import { walletSignInRouter } from '#server/citizens/wallet-router.ts';
import { termsRouter } from '#server/citizens/terms-router.ts';
import { trustRouter } from '#server/citizens/trust-router.ts';
import { cashOutsRouter } from '#server/payments/cash-outs/cash-out-router.ts';
import { buyingRouter, sellingRouter } from '#server/market/dashboards/dashboard-router.ts';
import { featuredRouter } from '#server/market/featured/featured-router.ts';
import { viewedRouter } from '#server/market/viewed/viewed-router.ts';
import { wishlistRouter } from '#server/market/wishlist/wishlist-router.ts';
import { cartRouter } from '#server/market/cart/cart-router.ts';
import { listingsRouter } from '#server/market/catalogue/listings-router.ts';
import { importsRouter } from '#server/market/imports/import-router.ts';
import { searchRouter, storefrontsRouter } from '#server/market/search/search-router.ts';
import { discountsRouter } from '#server/market/discounts/discounts-router.ts';
import { messagesRouter } from '#server/market/messages/messages-router.ts';
import { sitemapRouter } from '#server/market/catalogue/sitemap-router.ts';
import { giftsRouter } from '#server/market/gifts/gifts-router.ts';
import { offersRouter } from '#server/market/offers/offers-router.ts';
import { ordersRouter } from '#server/market/orders/orders-router.ts';
import { ducatRequestsRouter, peerTransfersRouter } from '#server/market/peer-transfers/peer-transfers-router.ts';
import { blocksRouter } from '#server/market/people/blocks-router.ts';
import { reportsRouter } from '#server/market/people/reports-router.ts';
import { reviewsRouter } from '#server/market/reviews/reviews-router.ts';
import { reserveRouter } from '#server/payments/reconciliation/reserve-router.ts';
import { refundsRouter } from '#server/payments/refunds/refunds-router.ts';
import { debtsRouter } from '#server/payments/disputes/debts-router.ts';
import { subscriptionsRouter } from '#server/payments/subscriptions/subscription-router.ts';
import { topUpsRouter } from '#server/payments/router.ts';
import { walletRouter } from '#server/payments/wallet-router.ts';
import { provenanceRouter } from '#server/provenance/router.ts';
import { createCallerFactory, router } from '#server/platform/trpc.ts';
import { accountRouter } from './account-router.ts';
import { cashOutSetup } from './cash-out.ts';
import { feesRouter } from './fees-router.ts';
import { operatorRouter } from './operator-router.ts';
import { venice } from './venice.ts';
import { sandboxRouter } from './sandbox-router.ts';
import { veniceRouter } from './venice-router.ts';

/** Every procedure of the product, by noun. */
export const appRouter = router({
  account: accountRouter,
  session: sessionRouter,
  security: securityRouter,
  credentials: credentialsRouter,
  passkeySignIn: passkeySignInRouter(venice),
  contact: contactRouter,
  notifications: notificationsRouter,
  walletSignIn: walletSignInRouter(venice),
  terms: termsRouter,
  trust: trustRouter,
  wallet: walletRouter,
  provenance: provenanceRouter,
  topUps: topUpsRouter,
  debts: debtsRouter,
  reserve: reserveRouter,
  fees: feesRouter,
  refunds: refundsRouter,
  cashOuts: cashOutsRouter(cashOutSetup),
  subscriptions: subscriptionsRouter,
  cart: cartRouter,
  discounts: discountsRouter,
  listings: listingsRouter,
  imports: importsRouter,
  search: searchRouter,
  storefronts: storefrontsRouter,
  wishlist: wishlistRouter,
  viewed: viewedRouter,
  featured: featuredRouter,
  selling: sellingRouter,
  buying: buyingRouter,
  sitemap: sitemapRouter,
  orders: ordersRouter,
  offers: offersRouter,
  gifts: giftsRouter,
  peerTransfers: peerTransfersRouter,
  ducatRequests: ducatRequestsRouter,
  messages: messagesRouter,
  reviews: reviewsRouter,
  reports: reportsRouter,
  blocks: blocksRouter,
  operator: operatorRouter,
  sandbox: sandboxRouter,
  venice: veniceRouter,
});

export type AppRouter = typeof appRouter;

/** Calls procedures in this process, for pages and tests. */
export const createCaller = createCallerFactory(appRouter);
