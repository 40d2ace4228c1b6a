import { addresses } from './support/addresses.ts';
import { inDatabase } from './support/database.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { buyShown, cards, controlStripe, finishOrder, openReceipt, payWith, publish, topUp } from './support/steps.ts';
import type { Page } from 'playwright/test';

const [buyer, seller] = ['GoldBeater', 'ScholarPriest'];

async function look(page: Page): Promise<void> {
  for (const [width, theme] of [
    [360, 'dark'],
    [1_440, 'light'],
  ] as const) {
    await page.context().addCookies([{ name: 'cascade-theme', value: theme, url: addresses.app }]);
    await page.setViewportSize({ width, height: 900 });
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
}

/** The bank of the card takes a payment back, whole. */
async function disputePayment(topUpId: string): Promise<void> {
  const text = 'SELECT stripe_charge_id AS charge FROM top_up WHERE id = $1';
  const [payment] = await inDatabase<{ charge: string }>(text, [topUpId]);
  await controlStripe({ action: 'dispute', charge: payment?.charge ?? '' });
}

async function expectNews(page: Page, title: string): Promise<void> {
  await page.goto('/account/notifications');
  await expect(page.getByText(title).first()).toBeVisible();
}

test.describe.configure({ timeout: 120_000 });

test('a dispute is seen by the buyer, the seller and the operator, and what the buyer pays goes to the seller', async ({
  page,
  visitor,
}) => {
  const shop = await visitor();
  await signIn(shop, seller);
  const listing = await publish(shop, { title: 'Latin before breakfast', price: '80', stock: 1 });
  await signIn(page, buyer);
  await topUp(page, 'Starter');
  const topUpId = await openReceipt(page);
  await page.goto(listing);
  await buyShown(page);
  await finishOrder({ order: new URL(page.url()).pathname, seller: shop, buyer: page });

  await test.step('the buyer is told, owes, and can do nothing else with the wallet', async () => {
    await disputePayment(topUpId);
    await expect(async () => {
      await page.goto('/wallet');
      await expect(page.getByText(/^You owe \$/)).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000, intervals: [500] });
    await page.getByRole('link', { name: 'See what it is and pay it' }).click();
    const owed = page.getByRole('region', { name: 'What is open' });
    await expect(owed).toContainText('Earnings of sellers');
    await expect(owed).toContainText('$7.80');
    await expect(owed).toContainText('$15.00');
    await expect(owed).toContainText('$23.00');
    await look(page);
    await expectNews(page, 'A payment of yours is disputed');
  });

  await test.step('the seller sees that the earning is taken back for now', async () => {
    await expectNews(shop, 'An earning on hold was taken back');
    await shop.goto('/wallet');
    await expect(shop.getByRole('main')).toContainText('−78.00');
  });

  const desk = await visitor();
  await test.step('the operator sees who paid for it, and sends the evidence', async () => {
    await signIn(desk, 'DogeAuditor', '/operator/disputes');
    await desk.getByRole('link', { name: 'Zanetto Battiloro' }).first().click();
    const waterfall = desk.getByRole('region', { name: 'Who paid' });
    await expect(waterfall).toContainText('20.00');
    await expect(waterfall).toContainText('78.00');
    await look(desk);
    await desk.getByRole('button', { name: 'Send the evidence' }).click();
    await expect(desk.getByRole('button', { name: 'Send the evidence' })).toBeHidden();
    await expect(desk.getByText('Waits for the bank')).toBeVisible();
  });

  await test.step('the buyer pays by card, and the seller has the earning back', async () => {
    await page.goto('/wallet/debt');
    await page.getByRole('button', { name: 'Pay by card' }).click();
    await page.waitForURL(`${addresses.stripe}/**`);
    await payWith(page, cards.accepted);
    await expect(page.getByText('You owe nothing')).toBeVisible();
    await expectNews(shop, 'An earning came back');
    await desk.reload();
    await expect(desk.getByRole('region', { name: 'What the buyer owes' })).toContainText('$23.00');
    await expect(desk.getByRole('table', { name: 'Sellers who wait' })).toContainText('78.00');
  });
});
