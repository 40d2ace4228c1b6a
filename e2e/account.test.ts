import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import type { Page } from 'playwright/test';

/** Opens the latest letter to an address in the sandbox's letter box; the worker puts it there within seconds. */
async function openLetter(page: Page, subject: string, address: string): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: address }).filter({ hasText: subject });
  await expect(async () => {
    await page.goto('/sandbox/mailbox');
    await expect(row.first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await row.first().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(subject);
}

test('a citizen gives an address, confirms it in another browser, and every open page hears of it at once', async ({
  page,
  visitor,
}) => {
  const address = 'aldo@example.test';
  await signIn(page, 'TipografoAldo', '/account');
  await expectAccessible(page);
  await page.getByRole('main').getByRole('link', { name: 'Contact' }).click();
  await expect(page.getByText('No address yet')).toBeVisible();
  await page.getByLabel('E-mail address').fill('not an address');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('Give an address like name@example.org.')).toBeVisible();
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('Waits for its link')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Notifications, all read' })).toBeVisible();

  const elsewhere = await visitor();
  await openLetter(elsewhere, 'please confirm your e-mail address', address);
  await expectAccessible(elsewhere);
  await elsewhere.getByRole('link', { name: /verify-email/ }).click();
  // Only looking at the page confirms nothing.
  await expect(elsewhere.getByRole('button', { name: 'Confirm this address' })).toBeEnabled();
  await page.reload();
  await expect(page.getByText('Waits for its link')).toBeVisible();
  await elsewhere.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(elsewhere.getByText('The address is confirmed.')).toBeVisible();

  // Nobody touches the first page: the stream tells it.
  await page.getByRole('link', { name: 'Notifications, 1 unread' }).click();
  const list = page.getByRole('list', { name: 'Your notifications' });
  await expect(list.getByRole('listitem').first()).toContainText('Your contact address was changed');
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await expect(page.getByRole('link', { name: 'Notifications, all read' })).toBeVisible();

  await page.getByRole('checkbox', { name: /Tier and trust/ }).uncheck();
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('checkbox', { name: /Tier and trust/ })).not.toBeChecked();
  await expect(page.getByRole('checkbox', { name: /Safety of the account/ })).toBeDisabled();

  await page.goto('/account/contact');
  await expect(page.getByText('Confirmed', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No address yet')).toBeVisible();
  await openLetter(elsewhere, 'this address is no longer used', address);
});

test('a link that was used says so', async ({ page, expectedComplaints }) => {
  expectedComplaints.push(/status of 404/);
  await page.goto(`/verify-email?token=${'A'.repeat(43)}`);
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page.getByText('This link was used already, or it is too old. Ask for a new one.')).toBeVisible();
});

test('a citizen takes their data along', async ({ page }) => {
  await signIn(page, 'ElenaVeneziana', '/account/data');
  await expect(page.getByText(/order.* not finished|not empty/).first()).toBeVisible();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my data' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^cascade-my-data-\d{4}-\d\d-\d\d\.json$/);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const document = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown[]>;
  expect(document['citizen']).toMatchObject([{ username: 'ElenaVeneziana' }]);
  expect(document['contact']).toMatchObject([{ address: 'elenaveneziana@example.test' }]);
  expect(document['statement']?.length).toBeGreaterThan(0);
  expect(document['ordersBought']?.length).toBeGreaterThan(0);
});

test('a citizen closes their account, and comes back to the same one', async ({ page, visitor }) => {
  await signIn(page, 'MaskMaker', '/account/data');
  const elsewhere = await visitor();
  await signIn(elsewhere, 'MaskMaker', '/wallet');
  await page.setViewportSize({ width: 360, height: 780 });
  await page.getByRole('button', { name: 'Close my account' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await dialog.getByLabel(/Type MaskMaker to confirm/).fill('maskmaker');
  await dialog.getByRole('button', { name: 'Close for good' }).click();
  await expect(dialog.getByText('This is not the name of your account.')).toBeVisible();
  await dialog.getByLabel(/Type MaskMaker to confirm/).fill('MaskMaker');
  await dialog.getByRole('button', { name: 'Close for good' }).click();
  await page.waitForURL('/');
  await page.goto('/account');
  await expect(page).toHaveURL(/\/sign-in/);
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/sign-in/);

  await signIn(page, 'MaskMaker', '/account');
  await expect(page.getByText(/known to Venice as MaskMaker/)).toBeVisible();
});
