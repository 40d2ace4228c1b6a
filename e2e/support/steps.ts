import { addresses } from './addresses.ts';
import { expect, signIn } from './journey.ts';
import type { Page } from 'playwright/test';

/** What people do again and again in the journeys, in the words of the pages. */
export const cards = {
  accepted: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  needsAuthentication: '4000 0025 0000 3155',
  /** Its money is available at once. */
  quick: '4000 0000 0000 0077',
};

/** Switches something on or off in the Stripe sandbox. */
export async function controlStripe(action: Record<string, string | number>): Promise<void> {
  const response = await fetch(`${addresses.stripe}/_sandbox/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  });
  expect(response.ok, await response.text()).toBe(true);
}

/** Chooses a package by its name and goes to the card page. */
export async function goToCheckout(page: Page, packageName: string): Promise<void> {
  await page.goto('/wallet/top-up');
  await page.getByRole('radio', { name: new RegExp(packageName) }).check();
  await acceptTermsWhenAsked(page);
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL(`${addresses.stripe}/**`);
}

/** Ticks both boxes where the citizen has not accepted the terms yet. */
export async function acceptTermsWhenAsked(page: Page): Promise<void> {
  const boxes = page.getByRole('group', { name: 'Before your first top-up' });
  if (!(await boxes.isVisible())) return;
  for (const box of await boxes.getByRole('checkbox').all()) await box.check();
}

/** Fills in the card page and pays. */
export async function payWith(page: Page, card: string): Promise<void> {
  await page.getByLabel('Email').fill('citizen@example.com');
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel(/Expiry/).fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
  await page.getByLabel('Name on card').fill('A Citizen');
  await page.getByRole('button', { name: /^Pay/ }).click();
}

/** Buys a package from beginning to end; ends on the page that shows the credit. */
export async function topUp(page: Page, packageName: string): Promise<void> {
  await goToCheckout(page, packageName);
  await payWith(page, cards.accepted);
  await expect(page.getByRole('heading', { name: 'The ducats are in your wallet' })).toBeVisible();
}

/** Opens the receipt of the latest payment in the statement; answers the payment's id. */
export async function openReceipt(page: Page): Promise<string> {
  await page.goto('/wallet');
  const href = await page.getByRole('main').locator('a[href*="/wallet/top-up/0"]').first().getAttribute('href');
  await page.goto(href ?? '');
  return (href ?? '').split('/').at(-1) ?? '';
}

/** Publishes a listing of one's own and returns its address. */
export async function publish(
  page: Page,
  listing: { title: string; price: string; stock: number | null },
): Promise<string> {
  await page.goto('/sell/new');
  await page.getByLabel('Title').fill(listing.title);
  await page.getByLabel('Description').fill('Made for a journey through the market, and described with some care.');
  await page.getByRole('combobox', { name: 'Trade' }).selectOption('glass');
  await page.getByLabel('Price of one, in ducats').fill(listing.price);
  const unlimited = page.getByRole('checkbox', { name: /As many as asked for/ });
  if (listing.stock === null) await unlimited.check();
  else {
    await unlimited.uncheck();
    await page.getByLabel('How many you have').fill(String(listing.stock));
  }
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Published. It is on the market now.')).toBeVisible();
  await page.goto(`/market?q=${encodeURIComponent(listing.title)}`);
  await page
    .getByRole('main')
    .getByRole('link', { name: new RegExp(listing.title) })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: listing.title })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Buys what the page shows; ends on the page of the order. */
export async function buyShown(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL('**/orders/**');
}

/** The seller delivers an order and the buyer confirms it, each on a page of their own: the seller is paid. */
export async function finishOrder({
  order,
  seller,
  buyer,
}: {
  order: string;
  seller: Page;
  buyer: Page;
}): Promise<void> {
  await seller.goto(order);
  await confirmStep(seller, 'Mark as delivered', 'Mark as delivered');
  await expect(seller.getByText('marked the order as delivered', { exact: false })).toBeVisible();
  await buyer.goto(order);
  await confirmStep(buyer, 'Confirm receipt', 'Confirm and pay the seller');
  await expect(buyer.getByText(/Paid out to the seller/)).toBeVisible();
}

/** Presses a button that asks once more, and says yes. */
export async function confirmStep(page: Page, button: string, submit: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: submit, exact: true }).click();
}

/** The amount that the wallet shows as available, in centesimi. */
export async function availableMinor(page: Page): Promise<bigint> {
  await page.goto('/wallet');
  const text = await page.getByRole('main').getByRole('definition').first().innerText();
  const match = /([\d,]+)(?:\.(\d{2}))?/.exec(text);
  expect(match, text).not.toBeNull();
  return BigInt((match?.[1] ?? '').replaceAll(',', '') + (match?.[2] ?? '00'));
}

/** A signed-in page of a person of their own. */
export async function asCitizen(page: Page, username: string): Promise<Page> {
  await signIn(page, username);
  return page;
}
