import { expect, test, signIn } from './support/journey.ts';
import { asCitizen, availableMinor, buyShown, confirmStep, publish, topUp } from './support/steps.ts';

const windows = [
  { name: 'on a desk', viewport: { width: 1440, height: 900 } },
  { name: 'on a phone', viewport: { width: 360, height: 780 } },
];

for (const { name, viewport } of windows) {
  test.describe(name, () => {
    test.use({ viewport });

    test('a citizen signs in, buys ducats with a card, buys a listing, and the seller is paid when it is confirmed', async ({
      page,
      visitor,
    }) => {
      const seller = await asCitizen(await visitor(), 'MuranoGlass');
      const listing = await publish(seller, { title: `Goblet bought ${name}`, price: '40', stock: 2 });
      const sellerBefore = await availableMinor(seller);

      await signIn(page, 'PescatoreNuovo');
      const buyerBefore = await availableMinor(page);
      await topUp(page, 'Starter');
      expect(await availableMinor(page)).toBe(buyerBefore + 10_000n);

      await page.goto(listing);
      await buyShown(page);
      const order = new URL(page.url()).pathname;
      await expect(page.getByText(/are in escrow until you confirm that it arrived/)).toBeVisible();
      expect(await availableMinor(page)).toBe(buyerBefore + 6_000n);
      await expect(page.getByRole('main')).toContainText('Purchase, paid into escrow');

      await seller.goto(order);
      await confirmStep(seller, 'Mark as delivered', 'Mark as delivered');
      await expect(seller.getByText('marked the order as delivered', { exact: false })).toBeVisible();
      expect(await availableMinor(seller)).toBe(sellerBefore);

      await page.goto(order);
      await confirmStep(page, 'Confirm receipt', 'Confirm and pay the seller');
      await expect(page.getByText(/Paid out to the seller/)).toBeVisible();
      // MuranoGlass is a participant: 1.5 % of 40 ducats stay with the house.
      expect(await availableMinor(seller)).toBe(sellerBefore + 3_940n);
    });
  });
}

test('a seller cancels, and the buyer has every centesimo back', async ({ page, visitor }) => {
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const listing = await publish(seller, { title: 'Vase that will not be sent', price: '12.34', stock: 1 });
  await signIn(page, 'NLR');
  const before = await availableMinor(page);
  await page.goto(listing);
  await buyShown(page);
  const order = new URL(page.url()).pathname;
  expect(await availableMinor(page)).toBe(before - 1_234n);
  await seller.goto(order);
  await confirmStep(seller, 'Cancel the order', 'Cancel and refund');
  await expect(seller.getByText('Cancelled', { exact: true }).first()).toBeVisible();
  expect(await availableMinor(page)).toBe(before);
});

test('a disputed order waits for an operator, whose decision pays back the buyer', async ({ page, visitor }) => {
  const seller = await asCitizen(await visitor(), 'MuranoGlass');
  const listing = await publish(seller, { title: 'Mirror with a crack', price: '20', stock: 1 });
  await signIn(page, 'NLR');
  const before = await availableMinor(page);
  await page.goto(listing);
  await buyShown(page);
  const order = new URL(page.url()).pathname;
  await page.getByRole('button', { name: 'Open a dispute' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What is wrong?').fill('It arrived with a crack across the whole glass.');
  await dialog.getByRole('button', { name: 'Open the dispute' }).click();
  await expect(page.getByText('opened a dispute', { exact: false })).toBeVisible();

  const operator = await asCitizen(await visitor(), 'DogeAuditor');
  await operator.goto('/operator');
  await expect(operator.getByText('Mirror with a crack')).toBeVisible();
  await operator.goto(order);
  await operator.getByRole('button', { name: 'Refund the buyer' }).click();
  const decision = operator.getByRole('dialog');
  await decision.getByLabel('Reason for the decision').fill('The picture shows the crack clearly.');
  await decision.getByRole('button', { name: 'Refund the buyer' }).click();
  await expect(operator.getByText(/were returned to the buyer in full/)).toBeVisible();
  expect(await availableMinor(page)).toBe(before);
});

test('signing out ends the session: the old cookie opens nothing any more', async ({ page, context }) => {
  await signIn(page, 'NLR');
  await page.goto('/wallet');
  const cookies = await context.cookies();
  await page.getByLabel(/Account of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await context.addCookies(cookies);
  await page.goto('/wallet');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('whoever is sent to sign in comes back to the very address, query included', async ({ page }) => {
  await signIn(page, 'NLR', '/wallet?group=purchases');
  await expect(page).toHaveURL(/\/wallet\?group=purchases$/);
});
