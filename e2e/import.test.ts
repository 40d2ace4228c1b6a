import { expect, expectAccessible, expectNoSidewaysScroll, test } from './support/journey.ts';
import { asCitizen } from './support/steps.ts';

const heading = 'sku,title,description,category,price,stock\n';
const row = (number: number, price: string) =>
  `TRIAL-${String(number)},Trial jar number ${String(number)},A jar that came by a file.,spices,${price},3\n`;
const file = (text: string) => ({ name: 'jars.csv', mimeType: 'text/csv', buffer: Buffer.from(heading + text) });

test('a seller brings a file, mends it, has it applied and takes it back', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 360, height: 780 });
  const seller = await asCitizen(page, 'SpiceMerchant7');
  const send = async (text: string) => {
    await seller.goto('/sell');
    await seller.getByRole('link', { name: 'Import and export' }).click();
    await seller.getByLabel('CSV or JSON file').setInputFiles(file(text));
    await seller.getByRole('button', { name: 'Check the file' }).click();
    await expect(seller.getByRole('heading', { name: 'What would change' })).toBeVisible();
  };
  await send(row(1, '"1,5"') + row(2, '2.50'));
  await expect(seller.getByRole('cell', { name: /Write ducats with a point/ })).toBeVisible();
  await expect(seller.getByRole('button', { name: 'Apply' })).toHaveCount(0);
  await expectAccessible(seller);
  await expectNoSidewaysScroll(seller);

  await send(row(1, '1.50') + row(2, '2.50'));
  await expect(seller.getByText('2 new, 0 changed, 0 unchanged, 0 skipped').first()).toBeVisible();
  await seller.getByRole('button', { name: 'Apply' }).click();
  await expect(seller.getByRole('heading', { name: 'What the import did' })).toBeVisible();
  await expectAccessible(seller);
  await expectNoSidewaysScroll(seller);
  const exported = await seller.request.get('/api/catalogue/export.csv');
  expect(await exported.text()).toContain('TRIAL-2,published,goods,Trial jar number 2');

  await seller.getByRole('button', { name: 'Undo this import' }).click();
  await seller.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
  await expect(seller.getByRole('heading', { name: 'What was taken back' })).toBeVisible();
  expect(await (await seller.request.get('/api/catalogue/export.csv')).text()).not.toContain('TRIAL');
});
