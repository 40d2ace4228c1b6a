import { expect, expectAccessible, expectInteractive, giveCode, signIn, test } from './support/journey.ts';
import { ageProofs } from './support/sessions.ts';

// A device of its own, so that the sessions of other journeys keep their proofs.
test.use({
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  // The steps that are refused until the proof is given.
  expectedComplaints: [/status of 403/],
});

test('a step that needs a fresh proof asks for it in place, and then goes on by itself', async ({ page }) => {
  await signIn(page, 'DogeAuditor', '/operator/people');
  await ageProofs('Firefox on Linux', 6);
  await expectInteractive(page);
  await page.getByLabel('Username in Venice').first().fill('MaskMaker');
  await page.getByRole('button', { name: 'Appoint' }).click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await expect(dialog.getByLabel('Code of your authenticator app')).toBeFocused();
  await expectAccessible(page);

  // Given up, nothing happens; a wrong code is told beside its field.
  await page.keyboard.press('Escape');
  await expect(page.getByText('Confirm that it is you, then try again.')).toBeVisible();
  await page.getByRole('button', { name: 'Appoint' }).click();
  await dialog.getByLabel('Code of your authenticator app').fill('000000');
  await dialog.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(dialog.getByText(/This code is wrong/)).toBeVisible();

  await giveCode(page, 'DogeAuditor');
  await expect(page.getByText('MaskMaker is an operator now.')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'MaskMaker' })).toContainText('Support');

  await page.getByRole('row').filter({ hasText: 'MaskMaker' }).getByRole('button').click();
  const dismissal = page.getByRole('dialog', { name: /^Dismiss .*\?$/ });
  await dismissal.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await expect(page.getByText(/is no operator any more/)).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'MaskMaker' })).toHaveCount(0);
});
