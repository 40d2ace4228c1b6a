import { readFile } from 'node:fs/promises';
import { addresses } from './support/addresses.ts';
import { expect, signIn, test } from './support/journey.ts';
import { availableMinor, cards, controlStripe, goToCheckout, payWith, topUp } from './support/steps.ts';

test.beforeEach(async ({ page }) => {
  await signIn(page, 'ElenaVeneziana');
});

test('the price, the fee and the bonus are shown before paying', async ({ page }) => {
  await page.goto('/wallet/top-up');
  await page.getByRole('radio', { name: /Trader/ }).check();
  const order = page.getByRole('region', { name: 'Your order' });
  await expect(order).toContainText('$100.00');
  await expect(order).toContainText('$2.50');
  await expect(order).toContainText('$102.50');
  await expect(order).toContainText('1,075');
});

test('a custom amount is quoted while typing, and refused beside its field when out of range', async ({ page }) => {
  await page.goto('/wallet/top-up');
  await page.getByRole('radio', { name: /Your own amount/ }).check();
  const amount = page.getByLabel('Amount in US dollars');
  await amount.fill('25.50');
  await expect(page.getByRole('region', { name: 'Your order' })).toContainText('$26.14');
  await amount.fill('9.99');
  await page.getByRole('button', { name: /^Pay/ }).click();
  await expect(page.getByText(/Choose an amount from/)).toBeVisible();
  await expect(page).toHaveURL(/\/wallet\/top-up$/);
});

test('a declined card books nothing, and another card can be tried on the same page', async ({ page }) => {
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  await payWith(page, cards.declined);
  await expect(page.getByRole('alert')).toContainText(/declined/i);
  expect(page.url()).toContain(addresses.stripe);
  await payWith(page, cards.accepted);
  await expect(page.getByRole('heading', { name: 'The ducats are in your wallet' })).toBeVisible();
  expect(await availableMinor(page)).toBe(before + 10_000n);
});

test('a card that needs authentication is charged only after it', async ({ page }) => {
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  await payWith(page, cards.needsAuthentication);
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await expect(page.getByRole('heading', { name: 'The ducats are in your wallet' })).toBeVisible();
  expect(await availableMinor(page)).toBe(before + 10_000n);
});

test('leaving the card page books nothing and leads back to the choice', async ({ page }) => {
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  await page.getByRole('link', { name: /Back to/ }).click();
  await expect(page.getByText('You left before paying')).toBeVisible();
  expect(await availableMinor(page)).toBe(before);
});

test('with a late webhook the success page credits by itself, and the webhook afterwards credits nothing more', async ({
  page,
}) => {
  await controlStripe({ action: 'hold' });
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  await payWith(page, cards.accepted);
  await expect(page.getByRole('heading', { name: 'The ducats are in your wallet' })).toBeVisible();
  expect(await availableMinor(page)).toBe(before + 10_000n);
  await controlStripe({ action: 'release', order: 'reversed' });
  const handled = () => fetch(`${addresses.stripe}/_sandbox`).then((response) => response.text());
  await expect.poll(handled, { timeout: 15_000 }).not.toMatch(/>(waiting|pending)</i);
  expect(await availableMinor(page)).toBe(before + 10_000n);
});

test('a payment whose buyer never comes back is credited by the webhook alone', async ({ page, visitor }) => {
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  const session = /cs_test_[A-Za-z0-9]+/.exec(page.url())?.[0] ?? '';
  const elsewhere = await visitor();
  await elsewhere.goto('/');
  await controlStripe({ action: 'pay', session, card: '4242424242424242' });
  await expect.poll(() => availableMinor(page), { timeout: 20_000 }).toBe(before + 10_000n);
});

test('the statement can be filtered without a script, and downloaded for the same period', async ({ page }) => {
  await topUp(page, 'Explorer');
  await page.goto('/wallet');
  const rows = page.getByRole('main').getByRole('row');
  await page.getByRole('combobox', { name: 'Movements' }).selectOption({ label: 'Ducats bought or granted' });
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/group=top-ups/);
  await expect(rows.nth(1)).toContainText('Bonus ducats');
  await expect(rows.nth(1)).toContainText('+25.00');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^cascade-statement-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text.split('\r\n')[1]).toMatch(/,top_up_bonus,25\.00,/);
  expect(text).not.toContain('purchase');
});
