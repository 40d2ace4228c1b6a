import { readFile } from 'node:fs/promises';
import { generateSync } from 'otplib';
import type { Page } from 'playwright/test';
import { addresses } from './support/addresses.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { plugInAuthenticator } from './support/passkeys.ts';

const sizes = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];

/** Looks at what stands on the page now, in both themes and at both widths. */
async function look(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  // Colours glide from one theme to the other, and halfway they have a contrast of their own.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const { width, height } of sizes) {
    await page.setViewportSize({ width, height });
    for (const theme of ['light', 'dark']) {
      await page.evaluate((chosen) => {
        document.documentElement.dataset['theme'] = chosen;
      }, theme);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
      const path = test.info().outputPath(`${name}-${theme}-${String(width)}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
  if (size !== null) await page.setViewportSize(size);
}

/** Sets up an authenticator app on the page; answers its secret. */
async function enrolApp(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const secret = (await page.locator('[data-totp-secret]').innerText()).replaceAll(/\s/g, '');
  expect(secret).toMatch(/^[A-Z2-7]{32,}$/);
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  return secret;
}

async function signOut(page: Page): Promise<void> {
  await page.getByLabel(/Account of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
}

test.describe.configure({ timeout: 120_000 });

test('a citizen sets up an authenticator app, is led to the recovery codes, and keeps them', async ({ page }) => {
  await signIn(page, 'CanalEngineer', '/account/security');
  await expect(page.getByText('Only your sign-in protects this account')).toBeVisible();
  await look(page, 'nothing-yet');

  const secret = await enrolApp(page);
  await look(page, 'enrolment');
  const code = page.getByLabel('Code that the app shows now');
  await code.fill('12345');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('A code has six digits.')).toBeVisible();
  await code.fill(generateSync({ secret }));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('Your authenticator app is set up.')).toBeVisible();

  await expect(page.getByRole('heading', { name: 'Recovery codes', exact: true })).toBeFocused();
  await expect(page.getByText('One step is left: recovery codes')).toBeVisible();
  await page.getByRole('button', { name: 'Make recovery codes' }).click();
  const codes = page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  await expect(page.getByText('10 codes are left.')).toBeVisible();
  const shown = await codes.allInnerTexts();
  await look(page, 'codes');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('cascade-recovery-codes.txt');
  const lines = (await readFile(await download.path(), 'utf8')).split('\n');
  expect(lines.filter((line) => /^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/.test(line))).toEqual(shown);
  await page.emulateMedia({ media: 'print' });
  await expect(codes.first()).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Download' })).toBeHidden();
  await page.screenshot({ path: test.info().outputPath('printed.png'), fullPage: true });
  await page.emulateMedia({ media: 'screen' });

  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.reload();
  await expect(page.getByText('10 codes are left.')).toBeVisible();
  await expect(page.getByText(shown[0] ?? '')).toHaveCount(0);

  await page.getByRole('button', { name: 'Remove the app' }).click();
  await expect(page.getByRole('dialog')).toContainText('It is your last second factor');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the app' }).click();
  await expect(page.getByText('The authenticator app is removed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Set up an app' })).toBeVisible();
  await expect(page.getByText('You can make them once you have')).toBeVisible();
});

test.describe('a passkey', () => {
  // The one that was removed is refused.
  test.use({ expectedComplaints: [/status of 403/] });

  test('signs in by itself, and is renamed and removed', async ({ page }) => {
    await plugInAuthenticator(page);
    await signIn(page, 'DonnaCecilia', '/account/security');
    await page.getByLabel('Name of the new passkey').fill('My lagoon key');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByText('The passkey is added.')).toBeVisible();
    const passkeys = page.getByRole('list', { name: 'Your passkeys' }).getByRole('listitem');
    await expect(passkeys).toHaveCount(1);
    await expect(passkeys).toContainText('My lagoon key');
    await expect(passkeys).toContainText('Never');
    await look(page, 'passkey');

    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByText('This device holds a passkey for you already.')).toBeVisible();

    await signOut(page);
    await page.goto('/sign-in?callbackUrl=%2Faccount%2Fsecurity');
    await look(page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${addresses.app}/account/security`);
    await expect(passkeys).not.toContainText('Never');

    await page.getByRole('button', { name: 'Rename My lagoon key' }).click();
    await page.getByRole('dialog').getByLabel('New name').fill('Key of the Doge');
    await look(page, 'rename');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(passkeys).toContainText('Key of the Doge');
    await page.getByRole('button', { name: 'Remove Key of the Doge' }).click();
    await look(page, 'remove');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('You have no passkey yet.')).toBeVisible();

    await signOut(page);
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await expect(page.getByText('This passkey could not be accepted')).toBeVisible();
  });
});

test('whoever has no second factor is told so on every other page until they put it away', async ({ page }) => {
  await signIn(page, 'SoapBoiler', '/wallet');
  const banner = page.getByRole('complementary', { name: 'Second factor' });
  await expect(banner).toBeVisible();
  await look(page, 'banner');
  await banner.getByRole('link', { name: 'Add a second factor' }).click();
  await page.waitForURL('**/account/security');
  await expect(banner).toHaveCount(0);
  await page.goto('/market');
  await banner.getByRole('button', { name: 'Not now' }).click();
  await expect(banner).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await page.content()).not.toContain('Add a second factor</a>');
  await expect(banner).toHaveCount(0);
});
