import { expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { goToCheckout, topUp } from './support/steps.ts';
import type { Page } from 'playwright/test';

/** Every page of the product, in both themes, at both widths: axe finds nothing and nothing is cut off. */
const looks = [
  { width: 360, height: 780, theme: 'light' },
  { width: 1440, height: 900, theme: 'dark' },
] as const;

/**
 * Each is loaded once, and looked at on a phone in the light and on a desk in the dark: colours go wrong by the theme, and
 * what is cut off by the width. The theme is chosen on the open page, as the switch in its header does.
 */
async function lookAtAll(page: Page, paths: readonly string[]): Promise<void> {
  // A contrast measured while colours glide is nobody's.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const path of paths) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const { width, height, theme } of looks) {
      await page.setViewportSize({ width, height });
      await test.step(`${path} ${theme} ${String(width)}`, async () => {
        await page.locator('html').evaluate((html, chosen) => (html.dataset.theme = chosen), theme);
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      });
    }
  }
}

async function firstLink(page: Page, list: string, pattern: string): Promise<string> {
  await page.goto(list);
  const href = await page.getByRole('main').locator(`a[href*="${pattern}"]`).first().getAttribute('href');
  return href ?? '';
}

test.describe.configure({ timeout: 300_000 });

test('public pages are accessible and fit', async ({ page }) => {
  const listing = await firstLink(page, '/market', '/listings/');
  await lookAtAll(page, [
    '/',
    '/market',
    '/market?q=nothing-is-called-that',
    '/market?q=goblte&category=glass&min=1&stock=yes&tier=creator',
    '/sellers/murano-glass',
    '/it/sellers/murano-glass?sort=price_asc',
    listing,
    '/sign-in',
    '/cart',
    '/it',
    '/it/market',
    '/reserve',
    '/it/reserve',
    '/fees',
    '/terms',
    '/it/privacy',
    '/it/help',
    '/sandbox/mailbox',
    '/sandbox/codes',
    `/verify-email?token=${'A'.repeat(43)}`,
  ]);
});

test("a citizen's pages are accessible and fit", async ({ page }) => {
  await signIn(page, 'NLR');
  const order = await firstLink(page, '/orders', '/orders/0');
  const listing = await firstLink(page, '/market', '/listings/');
  await lookAtAll(page, [
    '/wallet',
    '/wallet?group=sales',
    '/wallet/origins',
    '/wallet/top-up',
    '/wallet/cash-out',
    '/wallet/debt',
    '/wallet/send',
    '/wallet/requests',
    '/wallet/requests?side=asked',
    '/account',
    '/account/buying',
    '/account/wishlist',
    '/account/contact',
    '/account/notifications',
    '/account/data',
    '/account/blocked',
    '/account/reviews',
    '/account/reviews?tab=written',
    '/messages',
    '/account/trust',
    '/account/plan',
    '/account/searches',
    '/account/searches?q=glass&max=20',
    '/orders',
    '/orders?tab=sold',
    '/orders?tab=gifts',
    '/offers',
    '/offers?tab=received',
    '/account/security',
    '/account/sessions',
    '/account/credentials',
    order,
    `${order}/receipt`,
    `${order}/lines/1`,
    listing,
  ]);
});

test('the pages of a payment are accessible and fit', async ({ page }) => {
  await signIn(page, 'ElenaVeneziana');
  await topUp(page, 'Starter');
  const completed = new URL(page.url());
  const receipt = await firstLink(page, '/wallet', '/wallet/top-up/0');
  await goToCheckout(page, 'Starter');
  const unpaid = /cs_test_[A-Za-z0-9]+/.exec(page.url())?.[0] ?? '';
  await page.goto('/wallet');
  await lookAtAll(page, [
    completed.pathname + completed.search,
    receipt,
    `/wallet/top-up/complete?session_id=${unpaid}`,
    '/wallet/top-up?cancelled=yes',
  ]);
});

test("a seller's pages are accessible and fit", async ({ page }) => {
  await signIn(page, 'SpiceMerchant7');
  const own = await firstLink(page, '/sell', '/sell/0');
  const discounts = ['/sell/discounts', '/sell/discounts/sale', '/sell/discounts/coupon'];
  const overview = ['/sell/overview', '/sell/overview?days=365'];
  await lookAtAll(page, ['/sell', ...overview, '/sell/new', '/sell/storefront', '/sell/import', own, ...discounts]);
});

test("an operator's desk is accessible and fits", async ({ page }) => {
  // The page that asks for the second factor fits a phone too, which signing in looks at.
  await page.setViewportSize({ width: 360, height: 780 });
  await signIn(page, 'DogeAuditor');
  await lookAtAll(page, [
    '/operator',
    '/operator/people',
    '/operator/reports',
    '/operator/reports?tab=decisions',
    '/operator/featured',
    '/operator/featured?q=glass',
    '/operator/record',
    '/operator/trust?username=PescatoreNuovo',
    '/operator/settings',
    '/operator/process',
  ]);
});

test("an operator's pages of money are accessible and fit", async ({ page }) => {
  await signIn(page, 'DogeAuditor');
  const event = await firstLink(page, '/operator/events', '/operator/events/0');
  await lookAtAll(page, [
    '/operator/money',
    '/operator/disputes',
    '/operator/events',
    event,
    '/operator/reconciliation',
    '/operator/provenance',
    '/operator/provenance?serial=1',
    '/operator/provenance?account=2',
    '/operator/provenance?serial=999999999999',
    '/operator/refunds',
    '/operator/refunds?username=ElenaVeneziana',
    '/operator/cash-outs',
  ]);
});

test.describe('pages for those who are lost', () => {
  test.use({ expectedComplaints: [/status of 404/] });

  test('are accessible and fit', async ({ page }) => {
    await page.goto('/');
    await lookAtAll(page, ['/no-such-page']);
  });
});
