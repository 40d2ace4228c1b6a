import { addresses } from './support/addresses.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { cards, payWith } from './support/steps.ts';
import type { Page } from 'playwright/test';

const citizen = 'GondolierGiorgio';
/** Can be saved, and every charge to it is declined. */
const failsLater = '4000 0000 0000 0341';

async function subscribe(page: Page, tier: string): Promise<void> {
  await page.goto('/account/plan');
  await page.getByRole('button', { name: `Subscribe to ${tier}` }).click();
  await page.waitForURL(`${addresses.stripe}/**`);
  await payWith(page, cards.accepted);
}

async function toPortal(page: Page): Promise<void> {
  await page.goto('/account/plan');
  await page.getByRole('button', { name: 'Manage subscription' }).click();
  await page.waitForURL(`${addresses.stripe}/p/session/**`);
}

const present = (page: Page) => page.getByRole('region', { name: /^Your tier/ });

/** The page as it is once everything that happened at the card service was heard of. */
async function expectPlan(page: Page, text: string, invoices?: number): Promise<void> {
  const rows = page.getByRole('table', { name: /Your invoices/ }).getByRole('row');
  await expect(async () => {
    await page.goto('/account/plan');
    await expect(present(page)).toContainText(text, { timeout: 1_000 });
    if (invoices !== undefined) await expect(rows).toHaveCount(invoices + 1, { timeout: 1_000 });
  }).toPass({ timeout: 30_000, intervals: [500] });
}

test.describe.configure({ timeout: 120_000 });

test('a citizen subscribes, changes the tier in the portal, ends it and changes their mind, and a failed payment has grace', async ({
  page,
}) => {
  await signIn(page, citizen, '/account/plan');
  await expect(page.getByText('No invoices yet')).toBeVisible();

  await test.step('subscribed: the tier is there as soon as the card was charged', async () => {
    await subscribe(page, 'Participant');
    await expect(page.getByRole('heading', { name: 'You are Participant now' })).toBeVisible();
    await page.getByRole('link', { name: 'To your plan' }).click();
    await expect(present(page)).toContainText('Your tier: Participant');
    await expect(present(page)).toContainText('$149.00 a month');
    await expectPlan(page, 'Paid', 1);
    await expect(page.getByRole('table', { name: /Your invoices/ })).toContainText('$149.00');
  });

  await test.step('changed: the difference is charged, and the tier follows', async () => {
    await toPortal(page);
    await page.getByRole('button', { name: /Change to .*Creator/ }).click();
    await expect(page.getByText(/CASCADE Creator/).first()).toBeVisible();
    await page.getByRole('link', { name: /CASCADE$/ }).click();
    await expectPlan(page, 'Your tier: Creator', 2);
  });

  await test.step('ended at the end of the period, and gone on with after all', async () => {
    await toPortal(page);
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await expectPlan(page, 'Your subscription ends on');
    await toPortal(page);
    await page.getByRole('button', { name: /^(Keep|Don’t cancel)/ }).click();
    await expectPlan(page, 'Next payment');
    await expect(present(page)).not.toContainText('Your subscription ends on');
  });

  await test.step('failed: the tier stays for the grace period, and the page says until when', async () => {
    await toPortal(page);
    await page.getByLabel('New card number').fill(failsLater);
    await page.getByRole('button', { name: 'Save card' }).click();
    await expect(page.getByText('ending in 0341')).toBeVisible();
    // The difference is charged at once, so nobody's clock has to move for a payment to fail.
    await page.getByRole('button', { name: /Change to .*Enterprise/ }).click();
    await expectPlan(page, 'The last payment failed', 3);
    await expect(present(page)).toContainText('Your tier: Creator');
    await expect(page.getByRole('row').filter({ hasText: 'Open' })).toHaveCount(1);
    for (const width of [360, 1_440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
  });
});
