import { addresses } from './support/addresses.ts';
import { expect, signIn, test } from './support/journey.ts';

/** Has Venice give a citizen another class. */
async function setClass(username: string, socialClass: string): Promise<void> {
  const response = await fetch(`${addresses.venice}/sandbox/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ citizen: { username, socialClass } }),
  });
  expect(response.ok, await response.text()).toBe(true);
}

test('a risen class raises the tier with the next sign-in, and every open page is told', async ({ page, visitor }) => {
  await signIn(page, 'DyerOfScarlet', '/wallet');
  await expect(page.getByRole('main').getByText('Participant', { exact: true })).toBeVisible();

  await setClass('DyerOfScarlet', 'Cittadini');
  const elsewhere = await visitor();
  await signIn(elsewhere, 'DyerOfScarlet', '/wallet');

  // Nobody touches the first page: it hears of it, and its next view has the new tier.
  await expect(page.getByText('Your tier has changed')).toBeVisible();
  await page.goto('/account/notifications');
  await expect(page.getByText(/It was Participant and is Creator now/)).toBeVisible();
  await page.goto('/wallet');
  await expect(page.getByRole('main').getByText('Creator', { exact: true })).toBeVisible();
  await setClass('DyerOfScarlet', 'Popolani');
});
