import { addresses } from './support/addresses.ts';
import { expect, expectInteractive, signIn, test } from './support/journey.ts';
import type { Page } from 'playwright/test';

const stepsMax = 80;

/** Presses Tab until the element with this role and name has the focus, and checks that the focus can be seen. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox' | 'radio', name: RegExp): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  for (let step = 0; step < stepsMax; step += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await target.evaluate(showsFocus), `the focus on ${String(name)} can be seen`).toBe(true);
      return;
    }
  }
  throw new Error(`Tab never reached the ${role} ${String(name)}`);
}

/** True when the element, what is drawn over it, or the card around it is outlined. */
function showsFocus(element: Element): boolean {
  const styles = [getComputedStyle(element), getComputedStyle(element, '::after')];
  for (
    let around = element.parentElement, depth = 0;
    around !== null && depth < 4;
    around = around.parentElement, depth += 1
  )
    styles.push(getComputedStyle(around));
  return styles.some((style) => style.outlineStyle !== 'none' && style.outlineWidth !== '0px');
}

test('the first Tab offers to skip to the content, and does', async ({ page }) => {
  await page.goto('/market');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const isInside = await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement));
  expect(isInside).toBe(true);
});

test('the whole purchase works with the keyboard alone', async ({ page }) => {
  await page.goto('/sign-in');
  await expectInteractive(page);
  await tabTo(page, 'button', /venice/i);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${addresses.venice}/**`);
  await tabTo(page, 'button', /Niccolò Loredan/);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.origin === new URL(addresses.app).origin && !url.pathname.startsWith('/api/'));
  await page.goto('/market?sort=price_asc');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const first = page.getByRole('main').getByRole('article').first().getByRole('link').first();
  await tabTo(page, 'link', new RegExp((await first.innerText()).slice(0, 20).replaceAll(/[.*+?^${}()|[\]\\]/g, '.')));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/listings/**');
  await tabTo(page, 'button', /^Buy now/);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Buy now' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await tabTo(page, 'button', /^Pay/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/orders/**');
});

test('the command palette opens, filters and leads on by keyboard, and gives the focus back', async ({ page }) => {
  await signIn(page, 'NLR');
  await page.goto('/');
  await expectInteractive(page);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await expect(palette).toBeVisible();
  await page.keyboard.type('wallet');
  await expect(palette.getByRole('option').first()).toHaveText(/Wallet/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/wallet');
  await page.keyboard.press('Control+k');
  await expect(palette).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});
