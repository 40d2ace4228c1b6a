import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { availableMinor, goToCheckout, openReceipt, payWith, topUp } from './support/steps.ts';

const riskyCard = '4000 0000 0000 4954';

test('a buyer gives untouched ducats back and sees the figures before and the refund afterwards', async ({ page }) => {
  await signIn(page, 'ElenaVeneziana');
  const before = await availableMinor(page);
  await topUp(page, 'Explorer');
  await openReceipt(page);
  await page.getByRole('button', { name: 'Refund this payment' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('$51.25');
  await expect(dialog).toContainText('500.00');
  await expect(dialog).toContainText('25.00');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Refund $51.25' }).click();
  await expect(page.getByText('The refund is on its way.')).toBeVisible();
  const refunds = page.getByRole('table', { name: 'Refunds of this payment' });
  await expect(refunds).toContainText('$51.25');
  await expect(refunds).toContainText('Refunded');
  await expect(page.getByText('All of this payment is refunded.')).toBeVisible();
  expect(await availableMinor(page)).toBe(before);
});

test('an operator refunds a part of a payment, and the buyer sees it', async ({ page, visitor }) => {
  await signIn(page, 'ElenaVeneziana');
  await topUp(page, 'Starter');
  const topUpId = await openReceipt(page);
  const before = await availableMinor(page);
  const desk = await visitor();
  await signIn(desk, 'DogeAuditor', '/operator/refunds?username=ElenaVeneziana');
  await expect(desk.getByRole('table', { name: 'Payments of ElenaVeneziana' })).toBeVisible();
  await desk.goto(`/operator/refunds?topUp=${topUpId}`);
  await expect(desk.getByText('The latest movements')).toBeHidden();
  await desk.getByLabel('Part of the price, in dollars').fill('4.00');
  await desk.getByLabel('Note').fill('Agreed on the telephone.');
  await desk.getByRole('button', { name: 'Check the figures' }).click();
  const dialog = desk.getByRole('dialog');
  await expect(dialog).toContainText('$4.10');
  await dialog.getByRole('button', { name: 'Refund $4.10' }).click();
  await expect(desk.getByText('Refunded: it stands in the list.')).toBeVisible();
  await expect(desk.getByRole('table', { name: /Refunds/ })).toContainText('Agreed on the telephone.');
  for (const width of [360, 1440]) {
    await desk.setViewportSize({ width, height: 900 });
    await expectAccessible(desk);
    await expectNoSidewaysScroll(desk);
  }
  expect(await availableMinor(page)).toBe(before - 4_000n);
  await page.goto(`/wallet/top-up/${topUpId}`);
  await expect(page.getByRole('table', { name: 'Refunds of this payment' })).toContainText('$4.10');
});

test('a payment of the highest risk waits; an operator rejects it and it is given back', async ({ page, visitor }) => {
  await signIn(page, 'ElenaVeneziana');
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  await payWith(page, riskyCard);
  await page.waitForURL('**/wallet/top-up/complete**');
  const desk = await visitor();
  await signIn(desk, 'DogeAuditor', '/operator/refunds');
  const row = desk.getByRole('table', { name: 'Payments of the highest risk' }).getByRole('row').nth(1);
  await row.getByRole('button', { name: 'Reject and refund' }).click();
  const dialog = desk.getByRole('dialog');
  await dialog.getByLabel('Note').fill('The card is not theirs.');
  await dialog.getByRole('button', { name: 'Reject and refund' }).click();
  await expect(dialog).toBeHidden();
  await expect(desk.getByRole('table', { name: 'Refunds, the latest first' })).toContainText('The card is not theirs.');
  expect(await availableMinor(page)).toBe(before);
});
