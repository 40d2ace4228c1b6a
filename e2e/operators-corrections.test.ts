import { Client } from 'pg';
import { addresses } from './support/addresses.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';

/** A transfer to the treasury, which can give a ducat of it back. */
async function someTransfer(): Promise<string> {
  const client = new Client({ connectionString: addresses.database });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT t.id FROM ledger.transfer t
       JOIN ledger.account c ON c.id = t.credit_account_id JOIN ledger.account_kind k ON k.code = c.kind AND k.asset = c.asset
       WHERE k.name = 'treasury' AND c.owner = 'house' AND c.balance >= 100000 AND t.outcome = 0 AND t.action = 1 AND t.amount > 1000 ORDER BY t.id LIMIT 1`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('nothing was minted');
    return row.id;
  } finally {
    await client.end();
  }
}

test('one operator proposes a correction and another one approves it', async ({ page, browser }) => {
  const transferId = await someTransfer();
  const reason = 'A ducat too many was minted on the first day.';
  await signIn(page, 'DogeAuditor', '/operator');
  const form = page.locator('form').filter({ has: page.getByLabel('Transfer') });
  await form.getByRole('button', { name: 'Propose the correction' }).click();
  await expect(form.getByText('Enter the whole number of a transfer.')).toBeVisible();
  await form.getByLabel('Transfer').fill(transferId);
  await form.getByLabel('Amount').fill('1.00');
  await form.getByLabel('Reason').fill(reason);
  await form.getByRole('button', { name: 'Propose the correction' }).click();
  await expect(page.getByText('Proposed. Another operator must decide.')).toBeVisible();
  const open = page.getByRole('table', { name: 'Open corrections, the oldest first' });
  await expect(open.getByRole('row').filter({ hasText: reason })).toContainText('Another operator must decide');
  await expect(open.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }

  const other = await browser.newContext({ baseURL: addresses.app });
  const second = await other.newPage();
  await signIn(second, 'rialto_banker', '/operator');
  const row = second.getByRole('row').filter({ hasText: reason });
  await row.getByRole('button', { name: 'Approve' }).click();
  await expect(
    second
      .getByRole('table', { name: 'Decided corrections, the latest first' })
      .getByRole('row')
      .filter({ hasText: reason }),
  ).toContainText('Approved by');
  await page.reload();
  await expect(page.getByText('No correction is open')).toBeVisible();
  await other.close();
});
