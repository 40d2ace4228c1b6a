import { asCitizen, availableMinor, topUp } from './support/steps.ts';
import { expect, signIn, test } from './support/journey.ts';

test.describe('a newcomer', () => {
  // The server refuses what is asked for beyond the limit, and the browser notes that in its console.
  test.use({ expectedComplaints: [/status of 403/] });

  test('sees the limit before paying, is refused beyond it, and may buy more once an operator trusts them', async ({
    page,
    visitor,
  }) => {
    await signIn(page, 'RopeWalker', '/wallet/top-up');
    await expect(page.getByText('You may buy for $50 right now.')).toBeVisible();
    await topUp(page, 'Starter');
    await page.goto('/wallet/top-up');
    await expect(page.getByText('You may buy for $40 right now.')).toBeVisible();
    await page.getByRole('radio', { name: /Explorer/ }).check();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await expect(page.getByRole('main').getByRole('alert')).toContainText(
      'This is more than your limits let you buy right now',
    );
    await expect(page).toHaveURL(/\/wallet\/top-up$/);
    expect(await availableMinor(page)).toBe(10_000n);

    await page.goto('/account/trust');
    await expect(page.getByText('Level 0, new')).toBeVisible();
    await expect(page.getByRole('region', { name: 'What your level allows' })).toContainText('$10 of $50');
    const next = page.getByRole('region', { name: 'How to reach level 1' });
    await expect(next.getByRole('listitem')).toHaveCount(5);
    await expect(next.getByRole('link', { name: 'Set up a second factor' })).toBeVisible();

    const operator = await asCitizen(await visitor(), 'DogeAuditor');
    await operator.goto('/operator/trust');
    await operator.getByLabel('Citizen').fill('RopeWalker');
    await operator.getByRole('button', { name: 'Show' }).click();
    await operator.getByLabel('Level', { exact: true }).selectOption({ label: 'Level 1, known' });
    await operator.getByLabel('Reason').fill('Known in the rope walk of the Arsenal.');
    await operator.getByRole('button', { name: 'Set the level' }).click();
    await expect(operator.getByRole('table', { name: 'Decisions about this citizen' })).toContainText('rope walk');

    await page.goto('/wallet/top-up');
    await expect(page.getByText('You may buy for $190 right now.')).toBeVisible();
    await topUp(page, 'Explorer');
    expect(await availableMinor(page)).toBe(62_500n);
  });
});

test('an admin changes the fee of a tier, and a seller of that tier sees it before publishing', async ({
  page,
  visitor,
}) => {
  const operator = await asCitizen(await visitor(), 'DogeAuditor');
  await operator.goto('/operator/settings');
  const form = operator.getByRole('group', { name: 'Enterprise', exact: true });
  const save = async (fee: string) => {
    await form.getByLabel('Sale fee, per cent').fill(fee);
    const saved = operator.waitForResponse((response) => response.url().includes('operator.trust.setEntitlement'));
    await operator.getByRole('button', { name: 'Save Enterprise' }).click();
    expect((await saved).ok()).toBe(true);
  };
  const band = operator.getByRole('group', { name: 'Band 1', exact: true });
  await band.getByLabel('Fee, in percent').fill('100,5');
  await operator.getByRole('button', { name: 'Save the bands' }).click();
  await expect(band.getByText('Write a percentage from 0 to 100, such as 2.5.')).toBeVisible();
  await expect(band.getByLabel('Fee, in percent')).toBeFocused();
  await save('0.25');
  await expect(operator.getByText('Enterprise is saved.')).toBeVisible();

  await signIn(page, 'NLR', '/sell/new');
  await expect(page.getByRole('region', { name: 'What you receive' })).toContainText('0.25%');
  await save('0.5');
  await page.reload();
  await expect(page.getByRole('region', { name: 'What you receive' })).toContainText('0.5%');
});
