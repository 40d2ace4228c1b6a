import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';

test('a citizen sees where they are signed in, ends another session, and it is over on its next request', async ({
  page,
  visitor,
}) => {
  await signIn(page, 'LaceOfBurano', '/wallet');
  const elsewhere = await visitor();
  await signIn(elsewhere, 'LaceOfBurano', '/wallet');

  await page.goto('/account/sessions');
  const sessions = page.getByRole('list', { name: 'Your sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: 'This session' })).toHaveCount(1);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);

  await page.getByRole('button', { name: /^End the session on/ }).click();
  await expect(page.getByText('The session is over.')).toBeVisible();
  await expect(sessions).toHaveCount(1);
  await elsewhere.goto('/wallet');
  await expect(elsewhere).toHaveURL(/\/sign-in\?callbackUrl=%2Fwallet/);

  await signIn(elsewhere, 'LaceOfBurano', '/wallet');
  await page.reload();
  await page.getByRole('button', { name: 'End all others' }).click();
  await expect(page.getByText('One session is over.')).toBeVisible();
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
});
