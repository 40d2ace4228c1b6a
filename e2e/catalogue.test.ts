import sharp from 'sharp';
import { expect, signIn, test } from './support/journey.ts';
import type { Page } from 'playwright/test';

/** A small picture of one colour, as a file that somebody chooses. */
async function pictureFile(name: string, background: string) {
  const buffer = await sharp({ create: { width: 900, height: 600, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
}

/** On a telephone the bar of places lies over nothing of a listing before its purchase is passed, and then is there. */
async function expectFreeFold(page: Page): Promise<void> {
  await page.setViewportSize({ width: 412, height: 823 });
  const bar = page.getByRole('navigation', { name: 'Main', exact: true });
  const buy = page.getByRole('button', { name: 'Buy now' });
  await buy.scrollIntoViewIfNeeded();
  await expect(bar).not.toBeInViewport();
  await page.getByRole('heading', { name: 'Questions and answers' }).scrollIntoViewIfNeeded();
  await expect(buy).not.toBeInViewport();
  await expect(bar).toBeInViewport();
  await buy.scrollIntoViewIfNeeded();
  await expect(bar).not.toBeInViewport();
}

test('a seller publishes a listing in two colours with pictures, and a visitor sees each picture and each price', async ({
  page,
  visitor,
  expectedComplaints,
}) => {
  expectedComplaints.push(/status of 400/);
  await signIn(page, 'MuranoGlass', '/sell/new');
  await page.getByLabel('Title').fill('Journeyman’s goblet');
  await page
    .getByLabel('Description')
    .fill('Blown **thin** by hand.\n\n- rings for a while\n- [about glass](https://example.org/glass)');
  await page.getByRole('combobox', { name: 'Trade' }).selectOption('glass-goblets');
  await page.getByLabel('Price of one, in ducats').fill('12');

  await page.getByRole('button', { name: 'Add an option' }).click();
  await page.getByLabel('Option 1', { exact: true }).fill('Colour');
  await page.getByLabel('Values of option 1').fill('Red, Blue');
  await page.getByLabel('Price of Blue').fill('15.50');
  await page.getByLabel('Stock of Red').fill('3');

  const chooser = page.getByLabel('Picture files');
  await chooser.setInputFiles({
    name: 'no.png',
    mimeType: 'image/png',
    buffer: Buffer.from('PK\u0003\u0004 no picture'),
  });
  await expect(page.getByText('no.png: This is not a picture we can read')).toBeVisible();
  await chooser.setInputFiles([await pictureFile('left.jpg', '#7a1f1f'), await pictureFile('right.jpg', '#1f3f7a')]);
  await page.getByLabel('What picture 2 shows').fill('The blue one');
  await page.getByRole('button', { name: 'Move picture 2 up' }).click();
  await expect(page.getByLabel('What picture 1 shows')).toHaveValue('The blue one');
  await page.getByLabel('Height (cm)').fill('21,5');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Published. It is on the market now.')).toBeVisible();

  const buyer = await visitor();
  await signIn(buyer, 'NLR');
  await buyer.goto('/market?q=Journeyman');
  await buyer.getByRole('main').getByRole('link', { name: 'Journeyman’s goblet' }).click();
  await expect(buyer.getByRole('heading', { level: 1, name: 'Journeyman’s goblet' })).toBeVisible();
  await expect(buyer.getByRole('img', { name: 'The blue one' })).toBeVisible();
  await buyer.getByRole('link', { name: 'Picture 2 of 2' }).click();
  await expect(buyer.getByRole('img', { name: /picture 2 of 2/ })).toBeInViewport();
  await expect(buyer.getByRole('strong')).toHaveText('thin');
  await expect(buyer.getByRole('link', { name: 'about glass' })).toHaveAttribute('rel', /nofollow/);
  await expect(buyer.getByRole('main')).toContainText('21.5 cm');
  await expect(buyer.getByRole('button', { name: 'Buy now' })).toBeDisabled();
  await buyer.getByLabel('Colour', { exact: true }).selectOption('Blue');
  await expect(buyer.getByRole('main')).toContainText('15.50');
  await expect(buyer.getByRole('button', { name: 'Buy now' })).toBeEnabled();
  await expectFreeFold(buyer);
});
