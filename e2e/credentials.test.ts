import { addresses } from './support/addresses.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { addPasskey } from './support/passkeys.ts';
import { ageProofs } from './support/sessions.ts';

// A device of its own, so that the sessions of other journeys keep their proofs.
test.use({
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
  // The credential is refused until the proof is given.
  expectedComplaints: [/status of 403/],
});

test.describe.configure({ timeout: 120_000 });

async function ask(secret: string): Promise<string> {
  const answer = await fetch(`${addresses.app}/api/trpc/session.current`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  return `${String(answer.status)} ${await answer.text()}`;
}

test('a citizen makes an API credential with their second factor, a program uses it, and ended it opens nothing', async ({
  page,
}) => {
  await signIn(page, 'SilkRoadRunner', '/account');
  await page.getByRole('link', { name: 'API credentials' }).click();
  await expect(page.getByText('Set up a second factor first')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Make the credential' })).toHaveCount(0);
  await addPasskey(page);
  await ageProofs('Firefox on Windows', 6);

  await page.goto('/account/credentials');
  await expect(page.getByText('No credentials yet')).toBeVisible();
  await page.getByLabel('Name').fill('Stock of the workshop');
  await page.getByRole('button', { name: 'Make the credential' }).click();
  await page
    .getByRole('dialog', { name: 'Confirm that it is you' })
    .getByRole('button', { name: /passkey/i })
    .click();
  const secretBox = page.getByRole('region', { name: 'The secret of “Stock of the workshop”' });
  await expect(secretBox.getByRole('heading')).toBeFocused();
  const secret = await secretBox.getByRole('group', { name: 'Secret' }).innerText();
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);

  const answered = await ask(secret);
  expect(answered).toMatch(/^200 /);
  expect(answered).toContain('SilkRoadRunner');
  await secretBox.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.reload();
  expect(await page.content()).not.toContain(secret);
  const credential = page.getByRole('list', { name: 'Your API credentials' }).getByRole('listitem');
  await expect(credential).toContainText(`…${secret.slice(-4)}`);
  await expect(credential).toContainText('Read only');
  await expect(page.getByRole('region', { name: 'Calls this month' })).toContainText(/^Calls this month1 of /);

  await page.getByRole('button', { name: 'End the credential Stock of the workshop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByText('The credential is over.')).toBeVisible();
  await expect(credential).toHaveCount(0);
  expect(await ask(secret)).toMatch(/^401 .*invalid_credential/);
  await page.goto('/account/notifications');
  await expect(page.getByText('An API credential was made').first()).toBeVisible();
  await expect(page.getByText('An API credential was ended').first()).toBeVisible();
});
