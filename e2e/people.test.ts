import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { asCitizen, buyShown, finishOrder, publish } from './support/steps.ts';
import type { Page } from 'playwright/test';

const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from('IHDR of a journey'),
]);

/** Looks at the page as a phone and a desk show it. */
async function expectFits(page: Page): Promise<void> {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
}

async function review(page: Page, stars: number, text: string): Promise<void> {
  const star = page.getByRole('radio', { name: new RegExp(`^${String(stars)} star`) });
  // The star that is drawn lies over the button, so the button is not waited for by itself.
  await expect(star).toBeEnabled();
  await star.check({ force: true });
  await page.getByLabel('Your words').fill(text);
  await page.getByRole('button', { name: 'Save the review' }).click();
  await expect(page.getByText('Your review is kept.').first()).toBeVisible();
}

test('a question is answered for all, the purchase goes on with it, and both reviews are shown', async ({
  page,
  visitor,
}) => {
  test.setTimeout(90_000);
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const listing = await publish(seller, { title: 'Bell that is asked about', price: '3', stock: 2 });

  await signIn(page, 'NLR');
  await page.goto(listing);
  await page.getByLabel('Your question').fill('Does it ring <b>clearly</b>?');
  await page.getByRole('button', { name: 'Ask the seller' }).click();
  await expect(page.getByText('Your question went to the seller.')).toBeVisible();

  await seller.goto('/messages');
  await seller.getByRole('link', { name: 'Bell that is asked about' }).first().click();
  await expect(seller.getByText('Does it ring <b>clearly</b>?')).toBeVisible();
  await seller.getByLabel('Your message').fill('Like the campanile.');
  await seller.getByRole('button', { name: 'Send', exact: true }).click();
  await seller.getByRole('button', { name: 'Show question and answer on the listing' }).click();
  await expect(seller.getByText('Shown on the listing')).toBeVisible();
  await expectFits(seller);

  await page.goto(listing);
  await expect(page.getByRole('region', { name: 'Questions and answers' })).toContainText('Like the campanile.');
  await buyShown(page);
  const order = new URL(page.url()).pathname;
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('Like the campanile.');
  await page.getByLabel('Files').setInputFiles({ name: 'where.png', mimeType: 'image/png', buffer: png });
  await expect(page.getByRole('button', { name: 'Remove where.png' })).toBeVisible();
  await page.getByLabel('Your message').fill('Please leave it with the porter.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Messages', exact: true })).toContainText('Please leave it');

  await seller.goto(order);
  const download = seller.waitForEvent('download');
  await seller.getByRole('link', { name: /where\.png/ }).click();
  expect((await download).suggestedFilename()).toBe('where.png');

  await finishOrder({ order, seller, buyer: page });
  await page.goto('/account/reviews');
  await page
    .getByRole('link', { name: /Bell that is asked about/ })
    .first()
    .click();
  await review(page, 5, 'It rings.');
  await seller.goto(order);
  await expect(seller.getByText('It rings.')).toBeHidden();
  await review(seller, 4, 'Paid at once.');
  await expect(seller.getByText('It rings.')).toBeVisible();
  await page.goto(listing);
  await expect(page.getByRole('region', { name: 'Reviews' })).toContainText('It rings.');
  await expectFits(page);
});
