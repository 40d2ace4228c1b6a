import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { acceptTermsWhenAsked, availableMinor, cards, payWith, publish } from './support/steps.ts';
import type { Page } from 'playwright/test';

/** Puts what the page of a listing shows into the cart. */
async function putIntoCart(page: Page, listing: string, count: number): Promise<void> {
  await page.goto(listing);
  await page.getByRole('button', { name: 'Add to the cart' }).click();
  await expect(page.getByRole('link', { name: new RegExp(`^Cart, ${String(count)} thing`) })).toBeVisible();
}

async function expectGood(page: Page): Promise<void> {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
}

test('a cart of two sellers is filled before signing in, and bought by itself once the missing ducats are paid', async ({
  page,
  visitor,
}) => {
  const buyer = 'ElenaVeneziana';
  const [glass, works, asked] = [await visitor(), await visitor(), await visitor()];
  await signIn(asked, buyer);
  const has = await availableMinor(asked);
  await signIn(glass, 'ArsenaleWorks');
  await signIn(works, 'ProcuratorPriuli');
  const price = String(has / 100n);
  const first = await publish(glass, { title: 'Lantern of a galley', price, stock: 2 });
  const second = await publish(works, { title: 'Chart of the lagoon mouth', price: '30', stock: 3 });

  await test.step('nobody is signed in yet', async () => {
    await putIntoCart(page, first, 1);
    await putIntoCart(page, second, 2);
    await page.goto('/cart');
    await page.getByRole('button', { name: 'One more of Chart of the lagoon mouth' }).click();
    await expect(page.getByRole('link', { name: 'Cart, 3 things' })).toBeVisible();
    await page.getByRole('button', { name: 'Take Lantern of a galley out' }).click();
    await expect(page.getByRole('link', { name: 'Cart, 2 things' })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('link', { name: 'Cart, 3 things' })).toBeVisible();
    await expectGood(page);
  });

  await test.step('what changed meanwhile is shown with what mends it', async () => {
    await signIn(page, buyer, '/sign-in?callbackUrl=%2Fcart');
    await expect(page.getByRole('link', { name: 'Cart, 3 things' })).toBeVisible();
    await works.goto(second.replace('/listings/', '/sell/'));
    await works.getByLabel('Price of one, in ducats').fill('35');
    await works.getByRole('button', { name: /^Save/ }).click();
    await expect(async () => {
      await page.reload();
      await expect(page.getByText('The price changed from')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 10_000 });
    await expectGood(page);
    await page.getByRole('button', { name: 'Agree' }).click();
    await expect(page.getByText('The price changed from')).toBeHidden();
  });

  await test.step('the missing ducats are paid by card, and everything is bought', async () => {
    await acceptTermsWhenAsked(page);
    await page.getByLabel('It is a gift for another citizen').check();
    await page.getByLabel('What is a gift?').selectOption({ label: 'What comes from Girolamo Priuli' });
    await page.getByRole('button', { name: /by card and buy$/ }).click();
    await expect(page.getByText('Write for whom it is.')).toBeVisible();
    await page.getByLabel('Their Venice username').fill('ArsenaleWorks');
    await page.getByLabel('A line for them').fill('To find your way home.');
    await page.getByRole('button', { name: /by card and buy$/ }).click();
    await payWith(page, cards.accepted);
    await expect(page.getByText('Everything is bought')).toBeVisible();
    await expect(page.getByText('Your 2 orders are placed.')).toBeVisible();
    await page.getByRole('link', { name: 'See your orders' }).click();
    const orders = page.getByRole('table').getByRole('row');
    await expect(orders.filter({ hasText: 'Lantern of a galley' })).toHaveCount(1);
    await expect(orders.filter({ hasText: 'Chart of the lagoon mouth' })).toHaveCount(1);
    await page.goto('/cart');
    await expect(page.getByText('Your cart is empty')).toBeVisible();
  });

  await test.step('what was a gift in the cart is read by who receives it, and nothing else of it', async () => {
    await glass.goto('/orders?tab=gifts');
    await glass.getByRole('link', { name: 'Chart of the lagoon mouth' }).click();
    await expect(glass.getByText('To find your way home.')).toBeVisible();
    await expectGood(glass);
  });
});
