import type { Page } from 'playwright/test';
import { expect, test } from './support/journey.ts';
import { asCitizen, availableMinor, publish } from './support/steps.ts';

test.use({ expectedComplaints: [/status of 409/] });

/** What became of a purchase, once the page says it. */
async function outcomeOf(buyer: Page): Promise<'bought' | 'refused'> {
  const refusal = buyer.getByText('The last one has just been sold. Nothing was taken from you.');
  const order = buyer.getByText(/are in escrow until you confirm that it arrived/);
  await expect(refusal.or(order)).toBeVisible();
  return (await order.isVisible()) ? 'bought' : 'refused';
}

test('two browsers and one last unit make exactly one order', async ({ page, visitor }) => {
  const seller = await asCitizen(page, 'MuranoGlass');
  const address = await publish(seller, { title: 'The only chandelier', price: '30', stock: 1 });
  const [left, right] = [await asCitizen(await visitor(), 'NLR'), await asCitizen(await visitor(), 'bigbosefx')];
  const buyers = [left, right] as const;
  const before = await Promise.all(buyers.map((buyer) => availableMinor(buyer)));
  for (const buyer of buyers) {
    await buyer.goto(address);
    await buyer.getByRole('button', { name: 'Buy now' }).click();
  }
  await Promise.all(buyers.map((buyer) => buyer.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click()));
  const outcomes = await Promise.all(buyers.map(outcomeOf));
  expect([...outcomes].sort()).toEqual(['bought', 'refused']);
  const after = await Promise.all(buyers.map((buyer) => availableMinor(buyer)));
  const spent = before.map((amount, index) => amount - (after[index] ?? 0n));
  expect(spent.map(String).sort()).toEqual(['0', '3000']);
  await seller.goto(address);
  await expect(seller.getByRole('main')).toContainText('Sold out');
});

test('a double click on the last button is one order', async ({ page, visitor }) => {
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const address = await publish(seller, { title: 'Beads by the dozen', price: '3', stock: 5 });
  await asCitizen(page, 'NLR');
  const before = await availableMinor(page);
  await page.goto(address);
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).dblclick();
  await page.waitForURL('**/orders/**');
  expect(await availableMinor(page)).toBe(before - 300n);
  await seller.goto(address);
  await expect(seller.getByRole('main')).toContainText('4 left');
});
