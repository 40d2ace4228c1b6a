import { expect, expectAccessible, expectNoSidewaysScroll, test } from './support/journey.ts';
import { asCitizen, availableMinor } from './support/steps.ts';

test('a citizen sends ducats, prints the receipt, and is asked for some back', async ({ page, visitor }) => {
  const sender = await asCitizen(page, 'NLR');
  const recipient = await asCitizen(await visitor(), 'MuranoGlass');
  const before = [await availableMinor(sender), await availableMinor(recipient)] as const;

  await sender.goto('/wallet/send');
  await sender.getByLabel('Citizen').fill('MuranoGlass');
  await sender.getByLabel('Amount in ducats').fill('12,50');
  await sender.getByLabel('Note').fill('For <b>the</b> oars');
  await sender.getByRole('button', { name: 'Continue' }).click();
  await expect(sender.getByText('Angela Barovier')).toBeVisible();
  await sender.getByRole('button', { name: 'Send 12.50 ducats' }).dblclick();
  await sender.waitForURL('**/wallet/sent/**');
  await expect(sender.getByText('For <b>the</b> oars')).toBeVisible();
  await expectAccessible(sender);
  await expectNoSidewaysScroll(sender);
  await sender.emulateMedia({ media: 'print' });
  await expect(sender.getByRole('navigation')).toHaveCount(0);
  await expect(sender.getByText('Received in full')).toBeVisible();
  await sender.emulateMedia({ media: 'screen' });
  expect(await availableMinor(sender)).toBe(before[0] - 1250n);
  expect(await availableMinor(recipient)).toBe(before[1] + 1250n);

  await sender.goto('/wallet/requests?side=asked');
  await sender.getByLabel('Citizen').fill('MuranoGlass');
  await sender.getByLabel('Amount in ducats').fill('2.50');
  await sender.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(sender.getByRole('article', { name: /You asked Angela Barovier/ })).toContainText('Open');

  await recipient.goto('/wallet/requests');
  const request = recipient.getByRole('article', { name: /asks you/ }).first();
  await request.getByRole('button', { name: 'Pay' }).click();
  await recipient.getByRole('dialog').getByRole('button', { name: 'Pay' }).click();
  await expect(request).toContainText('Paid');
  await request.getByRole('link', { name: 'See the receipt' }).click();
  await expect(recipient.getByRole('heading', { name: 'Ducats sent' })).toBeVisible();
  expect(await availableMinor(recipient)).toBe(before[1] + 1000n);
});
