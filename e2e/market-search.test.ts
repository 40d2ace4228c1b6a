import { expect, signIn, test } from './support/journey.ts';

// Following fails once, for want of an answer.
test.use({ expectedComplaints: [/net::ERR_FAILED .*storefronts\.follow/] });

test('a citizen finds what they mistyped, follows its seller, and keeps the search', async ({ page }) => {
  await page.goto('/market?q=gobblet');
  await expect(page.getByText('Nothing was found for exactly these words.')).toBeVisible();
  const card = page.getByRole('article').filter({ hasText: 'Goblet' }).first();
  // The drawing lies in a file of its own, which may answer and yet show nothing.
  const drawing = card.locator('svg use').first();
  await expect.poll(() => drawing.evaluate((use) => (use as SVGUseElement).getBBox().width)).toBeGreaterThan(0);
  await card.getByRole('link', { name: /./ }).last().click();
  await expect(page).toHaveURL(/\/sellers\/murano-glass$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The furnace on the Rio dei Vetrai');

  await signIn(page, 'NLR');
  await page.goto('/sellers/murano-glass');
  await page.route('**/storefronts.follow*', (route) => route.abort());
  await page.getByRole('button', { name: 'Follow', exact: true }).click();
  // What did not happen is not shown as done.
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toBeVisible();
  await page.unroute('**/storefronts.follow*');
  await page.getByRole('button', { name: 'Follow', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Following', exact: true })).toBeVisible();

  await page.goto('/market');
  const field = page.getByRole('combobox', { name: 'Words to look for' });
  await expect(async () => {
    await field.fill('');
    await field.fill('gla');
    await expect(page.getByRole('option', { name: /Glass/ }).first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await field.press('ArrowDown');
  await field.press('Enter');
  await expect(page).toHaveURL(/category=glass/);
  await page.getByRole('link', { name: 'Keep this search' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Everything of glass');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByRole('link', { name: 'Everything of glass', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'The furnace on the Rio dei Vetrai' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove the search Everything of glass' }).click();
  await expect(page.getByText('No searches kept yet')).toBeVisible();
});
