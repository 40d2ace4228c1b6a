import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { availableMinor, publish } from './support/steps.ts';
import type { Page } from 'playwright/test';

const title = 'Spectacles for an astronomer';
/** In two days, as a field for a moment takes it. */
const end = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 16);

test.use({ expectedComplaints: [/status of 40[49]/] });

async function expectGood(page: Page): Promise<void> {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
}

/** A quarter off this one listing, and a coupon for a tenth. */
async function makeDiscounts(seller: Page): Promise<void> {
  await seller.goto('/sell/discounts');
  await seller.getByRole('link', { name: 'New sale' }).click();
  await seller.getByLabel('Percent off').fill('100');
  await seller.getByRole('radio', { name: 'Only those I choose' }).check();
  await seller.getByRole('button', { name: 'Plan the sale' }).click();
  await expect(seller.getByText('Type a percentage above 0 and below 100.')).toBeVisible();
  await expect(seller.getByText('Choose at least one listing.')).toBeVisible();
  await seller.getByLabel('Percent off').fill('25');
  await seller.getByRole('checkbox', { name: title }).check();
  await seller.getByLabel('Ends').fill(end);
  await seller.getByRole('button', { name: 'Plan the sale' }).click();
  await expect(seller.getByRole('row').filter({ hasText: title })).toContainText('Running');
  await seller.getByRole('link', { name: 'New coupon' }).click();
  await seller.getByLabel('Code').fill('occhiali-10');
  await seller.getByLabel('Percent off').fill('10');
  await seller.getByLabel('Ends').fill(end);
  await seller.getByRole('button', { name: 'Make the coupon' }).click();
  await expect(seller.getByRole('row').filter({ hasText: 'OCCHIALI-10' })).toContainText('Running');
}

test('a sale and a coupon make a purchase cheaper, to the centesimo that was shown', async ({ page, visitor }) => {
  const seller = await visitor();
  await signIn(seller, 'ArsenaleWorks');
  const listing = await publish(seller, { title, price: '20.20', stock: 9 });
  await makeDiscounts(seller);
  await signIn(page, 'NLR');
  const before = await availableMinor(page);

  await test.step('the cart at the side of a page takes the code, and gives it back', async () => {
    await page.goto(listing);
    await page.getByRole('button', { name: 'Add to the cart' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel(/^Coupon of/).fill('OCCHIALI-10');
    await drawer.getByRole('button', { name: 'Use it' }).click();
    await expect(drawer.getByText('Coupon OCCHIALI-10')).toBeVisible();
    await drawer.getByRole('button', { name: 'Take OCCHIALI-10 out' }).click();
    await expect(drawer.getByLabel(/^Coupon of/)).toBeVisible();
    await drawer.getByRole('button', { name: `Take ${title} out` }).click();
    await expect(drawer.getByText('Nothing is in it any more.')).toBeVisible();
  });

  await test.step('the page of the listing shows both prices, and takes the code', async () => {
    await page.goto(listing);
    await expect(page.getByRole('main')).toContainText(/Now 15\.15 ducats instead of 20\.20/);
    await expect(page.getByText(/^25% off until/)).toBeVisible();
    await page.getByLabel('Quantity').fill('2');
    await page.getByLabel('Coupon').fill('NOBODYS');
    await page.getByRole('button', { name: 'Use it' }).click();
    await expect(page.getByText('This seller has no such coupon. Check how it is written.')).toBeVisible();
    await page.getByLabel('Coupon').fill('Occhiali-10');
    await page.getByLabel('Coupon').press('Enter');
    await expect(page.getByText('OCCHIALI-10 takes off 3.03 ducats')).toBeVisible();
    await expectGood(page);
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pay 27.27 ducats' }).click();
    await page.waitForURL('**/orders/**');
    await expect(page.getByText('Sale, 25%, borne by the seller')).toBeVisible();
    await expect(page.getByText('Coupon OCCHIALI-10, borne by the seller')).toBeVisible();
    expect(await availableMinor(page)).toBe(before - 2_727n);
  });

  await test.step('the cart says why a coupon does not hold', async () => {
    await page.goto(listing);
    await page.getByRole('button', { name: 'Add to the cart' }).click();
    await expect(page.getByRole('link', { name: /^Cart, 1 thing/ })).toBeVisible();
    await page.goto('/cart');
    await expect(page.getByRole('main')).toContainText(/Now 15\.15 ducats instead of 20\.20/);
    await page.getByLabel(/^Coupon of/).fill('OCCHIALI-10');
    await page.getByRole('button', { name: 'Use it' }).click();
    await expect(page.getByText('You have used this coupon as often as you can.')).toBeVisible();
    await expectGood(page);
  });
});
