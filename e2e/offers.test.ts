import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { asCitizen, confirmStep, publish } from './support/steps.ts';
import type { Page } from 'playwright/test';

/** The seller names another price: whoever agreed on one looks at the listing again, and theirs holds. */
async function changeMeanwhile(scene: { seller: Page; page: Page; listing: string; offer: string }): Promise<void> {
  const { seller, page, listing, offer } = scene;
  await seller.goto(listing.replace('/listings/', '/sell/'));
  await expect(seller.getByText('An agreed price holds for this listing')).toBeVisible();
  await seller.getByLabel('Price of one, in ducats').fill('12');
  await seller.getByRole('button', { name: /^Save/ }).click();
  await expect(async () => {
    await page.goto(offer);
    await expect(page.getByText('The listing has changed since you agreed')).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText('Changed: the price.', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Buy at this price' }).click();
  await expect(page.getByText('Look at the listing first')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('I have looked at it and want it as it is now').check();
}

async function reportNote(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Report this note' }).click();
  await page.getByLabel('In your words').fill('This is no way to speak of a window.');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Report', exact: true }).click();
  await expect(page.getByText('Thank you. Operators will look at it.')).toBeVisible();
}

test('a price is agreed on and paid, and the next one is given to somebody else', async ({ page, visitor }) => {
  test.setTimeout(90_000);
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const listing = await publish(seller, { title: 'Vase that is bargained for', price: '10', stock: 3 });

  await signIn(page, 'NLR');
  await page.goto(listing);
  await page.getByRole('button', { name: 'Make an offer' }).click();
  await page.getByLabel('Your price for one').fill('8');
  await page.getByRole('button', { name: 'Send the offer' }).click();
  await page.waitForURL('**/offers/**');
  const offer = new URL(page.url()).pathname;
  await seller.goto(offer);
  await confirmStep(seller, 'Accept', 'Accept');
  await expect(seller.getByText('You agree: the buyer may buy now')).toBeVisible();
  await changeMeanwhile({ seller, page, listing, offer });
  await page.getByRole('button', { name: 'Buy at this price' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL('**/orders/**');
  await expect(page.getByRole('link', { name: 'Bought by an offer: see what was agreed' })).toBeVisible();

  await page.goto(listing);
  await page.getByLabel('It is a gift for another citizen').check();
  await page.getByRole('button', { name: 'Buy now' }).click();
  await expect(page.getByText('Write for whom it is.')).toBeVisible();
  await expect(page.getByLabel('Their Venice username')).toBeFocused();
  await page.getByLabel('Their Venice username').fill('ElenaVeneziana');
  await page.getByLabel('A line for them').fill('For the <b>window</b>.');
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL('**/orders/**');
  const order = new URL(page.url()).pathname;
  await expect(page.getByRole('region', { name: 'Who and when' })).toContainText('A gift for');
  await seller.goto(order);
  await confirmStep(seller, 'Mark as delivered', 'Mark as delivered');
  await expect(seller.getByText('marked the order as delivered', { exact: false })).toBeVisible();

  const friend = await asCitizen(await visitor(), 'ElenaVeneziana');
  await friend.goto('/orders?tab=gifts');
  await friend.getByRole('link', { name: 'Vase that is bargained for' }).click();
  await expect(friend.getByText('For the <b>window</b>.')).toBeVisible();
  await expectAccessible(friend);
  await friend.setViewportSize({ width: 360, height: 780 });
  await expectNoSidewaysScroll(friend);
  await reportNote(friend);
  await confirmStep(friend, 'I have it', 'Yes, I have it');
  await expect(friend.getByText('Noted. Enjoy it.')).toBeVisible();
  await page.goto(order);
  await expect(page.getByText(/Paid out to the seller/)).toBeVisible();
});
