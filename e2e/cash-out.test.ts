import { addresses } from './support/addresses.ts';
import { inDatabase } from './support/database.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { addPasskey } from './support/passkeys.ts';
import {
  acceptTermsWhenAsked,
  buyShown,
  cards,
  controlStripe,
  finishOrder,
  payWith,
  publish,
} from './support/steps.ts';
import { presentWaits, setWaits } from './support/waiting.ts';
import type { Locator, Page } from 'playwright/test';

const seller = 'ArsenaleWorks';
const buyer = 'ProcuratorPriuli';

// Days go by in no time, and afterwards as slowly as before.
const noTime = { holdBought: 0, holdEarned: 0, newCard: 0, payoutAccount: 0 };
let before = noTime;
test.beforeEach(async () => {
  before = await presentWaits();
});
test.afterEach(() => setWaits(before));

/** An operator knows the citizen well enough for large amounts. */
async function trust(desk: Page, username: string): Promise<void> {
  await desk.goto(`/operator/trust?username=${username}`);
  await desk.getByLabel('Level', { exact: true }).selectOption({ label: 'Level 3, trusted' });
  await desk.getByLabel('Reason').fill('A procurator of San Marco, known to the whole house.');
  await desk.getByRole('button', { name: 'Set the level' }).click();
  await expect(desk.getByRole('table', { name: 'Decisions about this citizen' })).toContainText('procurator');
}

/** Sells something dear to someone who pays with ducats bought for it: what granted ducats pay is never cashed out. */
async function earn(page: Page, buyer: Page): Promise<void> {
  const listing = await publish(page, { title: 'Sandolo for six rowers', price: '6000', stock: 1 });
  await buyer.goto('/wallet/top-up');
  await buyer.getByRole('radio', { name: /Your own amount/ }).check();
  await buyer.getByLabel('Amount in US dollars').fill('900');
  await acceptTermsWhenAsked(buyer);
  await buyer.getByRole('button', { name: 'Pay $922.50' }).click();
  await buyer.waitForURL(`${addresses.stripe}/**`);
  await payWith(buyer, cards.quick);
  await expect(buyer.getByRole('heading', { name: 'The ducats are in your wallet' })).toBeVisible();
  await buyer.goto(listing);
  await buyShown(buyer);
  await finishOrder({ order: new URL(buyer.url()).pathname, seller: page, buyer });
}

/** The bank takes what is on its way to it. */
async function bankPays(): Promise<void> {
  const text = `SELECT stripe_payout_id AS id FROM cash_out WHERE state = 'processing' AND stripe_payout_id IS NOT NULL`;
  const [payout] = await inDatabase<{ id: string }>(text);
  await controlStripe({ action: 'arrive', payout: payout?.id ?? '' });
}

/** The second operator approves, the money leaves, and the bank pays it; both see every step. */
async function approveAndPay({ second, page, own }: { second: Page; page: Page; own: Locator }): Promise<void> {
  await signIn(second, 'rialto_banker', '/operator/cash-outs');
  const row = second.getByRole('row').filter({ hasText: 'Piero Bon' });
  await row.getByRole('button', { name: 'Reject' }).click();
  await row.getByRole('button', { name: 'Reject' }).click();
  await expect(row.getByText('Write at least 10 characters.')).toBeVisible();
  await expect(row.getByLabel('Why it is rejected')).toBeFocused();
  await row.getByRole('button', { name: 'Cancel' }).click();
  await row.getByRole('button', { name: 'Approve' }).click();
  const onItsWay = second.getByRole('table', { name: 'On their way' });
  await expect(onItsWay).toContainText('2 of 2 approved');
  await page.reload();
  await expect(own).toContainText('On its way');
  await bankPays();
  await expect(async () => {
    await page.reload();
    await expect(own).toContainText('Paid', { timeout: 500 });
  }).toPass({ timeout: 15_000, intervals: [500] });
  await second.goto('/operator/cash-outs');
  await second.getByRole('table', { name: 'Ended' }).getByRole('link').first().click();
  const history = second.getByRole('table', { name: 'History of this cash-out' });
  await expect(history).toContainText('Paid by the bank');
  await expectAccessible(second);
  await expectNoSidewaysScroll(second);
}

test.describe.configure({ timeout: 120_000 });

test('earned ducats become dollars: onboarding, a request, two operators who approve, and the bank that pays', async ({
  page,
  visitor,
}) => {
  await signIn(page, seller, '/wallet');
  await addPasskey(page);

  await test.step('the provider is told who they are, and a new bank account rests for a week', async () => {
    await page.goto('/wallet/cash-out');
    await page.getByRole('button', { name: 'Go to the provider' }).click();
    await page.getByLabel('Your full name').fill('Piero Bon');
    await page.getByRole('button', { name: 'Agree and submit' }).click();
    await expect(page.getByText(/account ending in 6789/)).toBeVisible({ timeout: 15_000 });
    await expect(page.getByText('Nothing can be cashed out yet')).toBeVisible();
  });

  const first = await visitor();
  await test.step('a week later they sell something that was paid with bought ducats', async () => {
    await setWaits(noTime);
    const customer = await visitor();
    await signIn(customer, buyer);
    await signIn(first, 'DogeAuditor', '/operator');
    await trust(first, buyer);
    await earn(page, customer);
  });

  await test.step('the figures stand there before it is asked for', async () => {
    // Where ducats come from is followed by the worker, some seconds behind the books.
    const possible = page.getByRole('region', { name: 'What you can cash out' });
    await expect(async () => {
      await page.goto('/wallet/cash-out');
      await expect(possible).toContainText('5,910.00', { timeout: 1_000 });
    }).toPass({ timeout: 30_000, intervals: [500] });
    await expect(possible).toContainText('25,000.00');
    await page.getByLabel('Ducats to cash out').fill('500,5');
    await page.getByRole('button', { name: 'All that is possible now' }).click();
    const figures = page.getByRole('region', { name: 'What arrives' });
    await expect(figures).toContainText('5,910.00');
    await expect(figures).toContainText('$591.00');
    await expect(figures).toContainText('$576.22');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Request this cash-out' }).click();
  });
  const own = page.getByRole('table', { name: 'Your cash-outs' }).getByRole('row').nth(1);
  await expect(own).toContainText('Waits for approval');

  await test.step('above 500 dollars one operator is not enough, and the same one cannot approve twice', async () => {
    await first.goto('/operator/cash-outs');
    const row = first.getByRole('table', { name: 'Waiting for approval' }).getByRole('row').nth(1);
    await expect(row).toContainText('0 of 2 approved');
    await row.getByRole('button', { name: 'Approve' }).click();
    await expect(row).toContainText('Needs another operator.');
    await expect(row).toContainText('1 of 2 approved');
    await page.reload();
    await expect(own).toContainText('Waits for approval');
  });

  await test.step('with the second one the money leaves, and the bank pays it', async () => {
    await approveAndPay({ second: await visitor(), page, own });
  });
  await page.goto('/account/notifications');
  await expect(page.getByText('Your cash-out was paid').first()).toBeVisible();
});
