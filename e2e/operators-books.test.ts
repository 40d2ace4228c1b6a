import { Client } from 'pg';
import { addresses } from './support/addresses.ts';
import {
  expect,
  expectAccessible,
  expectInteractive,
  expectNoSidewaysScroll,
  signIn,
  test,
} from './support/journey.ts';

/** What a check of sound books comes to, whatever another journey left for someone to look at. */
const inOrder = /In order|To look at/;

/** Stops posting as the checker would. */
async function stopPosting(reason: string): Promise<void> {
  const client = new Client({ connectionString: addresses.database });
  await client.connect();
  try {
    await client.query('SELECT ledger.set_breaker(true, $1, $2)', ['checker', reason]);
  } finally {
    await client.end();
  }
}

test('an operator checks the books, sees the result, and sees it again without JavaScript', async ({
  page,
  browser,
}) => {
  await signIn(page, 'DogeAuditor', '/operator');
  await page.getByRole('button', { name: 'Check everything' }).click();
  await expect(page.getByText('Checked. The result is below.')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^The books agree/)).toBeVisible();
  await page.getByRole('button', { name: 'Check what is new' }).click();
  const history = page.getByRole('table', { name: 'The last checks of the books, newest first' });
  await expect(history.getByRole('row').nth(1)).toContainText('What is new');
  await expect(history.getByRole('row').filter({ hasText: 'Everything' }).first()).toContainText(inOrder);

  const silent = await browser.newContext({
    baseURL: addresses.app,
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const reader = await silent.newPage();
  await reader.goto('/operator');
  await expect(reader.getByRole('table', { name: /last checks/ })).toContainText(inOrder);
  await expect(reader.getByRole('button', { name: 'Check everything' })).toBeDisabled();
  await expect(reader.getByText(/needs JavaScript/).first()).toBeVisible();
  await silent.close();
});

test('an operator lets posting go on, with a reason, by keyboard', async ({ page }) => {
  await signIn(page, 'DogeAuditor', '/operator');
  await stopPosting('asset_sum_zero: asset DUCAT: expected sum of balances 0, found 1');
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await page.reload();
    await expect(page.getByText('Posting is stopped')).toBeVisible();
    await expect(page.getByText(/found 1/).first()).toBeVisible();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
  await expectInteractive(page);
  const reason = page.getByRole('textbox', { name: 'Why posting may go on' });
  await reason.focus();
  await page.keyboard.type('short');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(reason).toBeFocused();
  await expect(reason).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.type(' and now long enough: it was a drill');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Posting goes on', { exact: true })).toBeVisible();
  await expect(page.getByText(/Resumed on .* by Caterina Gritti/)).toBeVisible();
  await expect(page.getByText(/it was a drill/)).toBeVisible();
});

test('an operator sees where the money stands: groups with their horizon, both sides equal, and what crossed a line', async ({
  page,
}) => {
  await signIn(page, 'DogeAuditor', '/operator');
  const groups = page.getByRole('table', { name: 'What groups of accounts hold' });
  for (const name of ['Citizens’ wallets', 'Escrow of orders', 'Held by citizens, wallets and escrow']) {
    await expect(groups.getByRole('cell', { name, exact: true })).toBeVisible();
  }
  await expect(groups.getByRole('row').nth(1)).toContainText(/transaction \d+|not folded yet/);
  const ducats = page.getByRole('region', { name: 'Ducats', exact: true });
  await expect(ducats.getByText('Issued, the other side of every ducat (debit)')).toBeVisible();
  const figure = (label: string) => ducats.locator('dt', { hasText: new RegExp(`^${label}$`) }).locator('+ dd');
  await expect(figure('Credits')).not.toHaveText(/-|−/);
  await expect(figure('Debits')).toHaveText((await figure('Credits').textContent()) ?? '');
  await expect(figure('Difference')).toHaveText('0.00');
  await expect(page.getByRole('heading', { name: 'Watched balances' })).toBeVisible();
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
});
