import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { asCitizen, buyShown, finishOrder, publish } from './support/steps.ts';
import type { Page } from 'playwright/test';

async function expectFits(page: Page): Promise<void> {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
}

test('what is wished for is kept, gets cheaper, is bought, and shows in the figures of its seller', async ({
  page,
  visitor,
}) => {
  test.setTimeout(90_000);
  const title = 'Goblet that is wished for';
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const listing = await publish(seller, { title, price: '8', stock: 2 });

  await test.step('a heart leads whoever is not signed in to sign in and back', async () => {
    await page.goto(listing);
    await page.getByRole('main').getByRole('link', { name: 'Put on the wishlist' }).click();
    await page.waitForURL('**/sign-in?**');
    await signIn(page, 'NLR', `/sign-in?callbackUrl=${encodeURIComponent(listing)}`);
    await page.getByRole('button', { name: 'Put on the wishlist' }).click();
    await expect(page.getByRole('button', { name: 'On your wishlist', pressed: true })).toBeVisible();
  });

  await test.step('the wishlist says what changed', async () => {
    await seller.goto(listing.replace('/listings/', '/sell/'));
    await seller.getByLabel('Price of one, in ducats').fill('6');
    await seller.getByRole('button', { name: /^Save/ }).click();
    await expect(async () => {
      await page.goto('/account/wishlist');
      await expect(page.getByRole('listitem').filter({ hasText: title })).toContainText('25% less', { timeout: 500 });
    }).toPass({ timeout: 10_000 });
    await expectFits(page);
    const heart = page.getByRole('button', { name: `${title}: on the wishlist` });
    await heart.click();
    await expect(heart).toHaveAttribute('aria-pressed', 'false');
    await heart.click();
    await expect(heart).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('buying and selling show at a glance', async () => {
    await page.goto(listing);
    await buyShown(page);
    const order = new URL(page.url()).pathname;
    await seller.goto('/sell/overview');
    await expect(seller.getByRole('link', { name: `Deliver: ${title}` })).toHaveAttribute('href', order);
    await page.goto('/account/buying');
    // The most urgent ones stand here; all of them one link further.
    await page
      .getByRole('region', { name: 'Orders under way' })
      .getByRole('link', { name: /^(All|\d+) orders?$/ })
      .click();
    await expect(page).toHaveURL(/\/orders$/);
    await expect(page.getByRole('main')).toContainText(title);
    await page.goto('/account/buying');
    await expect(page.getByRole('region', { name: 'Wishlist' })).toContainText(title);
    await expect(page.getByRole('region', { name: 'Looked at last' })).toContainText(title);
    await expectFits(page);
    await finishOrder({ order, seller, buyer: page });
    await seller.goto('/sell/overview?days=90');
    await expect(seller.getByRole('region', { name: 'Waiting for you' })).not.toContainText(title);
    await expect(seller.getByRole('region', { name: 'Running out' })).toContainText(title);
    await expectFits(seller);
  });
});
