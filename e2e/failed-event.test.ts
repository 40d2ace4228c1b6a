import { addresses } from './support/addresses.ts';
import { inDatabase } from './support/database.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, signIn, test } from './support/journey.ts';
import { availableMinor, controlStripe, goToCheckout } from './support/steps.ts';
import type { Page } from 'playwright/test';

// Whatever happens, the sandbox answers again.
test.afterEach(() => breakSessions(0));

/** So many of the next calls that ask for a session are answered with a failure. */
function breakSessions(count: number): Promise<void> {
  return controlStripe({ action: 'fail_next', mode: 'before', count, route: 'GET /v1/checkout/sessions' });
}

/** Opens the event of a session once it has failed. */
async function openFailed(desk: Page, session: string): Promise<void> {
  const row = desk
    .getByRole('table', { name: /Incoming events/ })
    .getByRole('row')
    .nth(1);
  await expect(async () => {
    await desk.goto(`/operator/events?state=failed&type=checkout&id=${session}`);
    await expect(row).toContainText('Failed', { timeout: 500 });
  }).toPass({ timeout: 30_000, intervals: [300] });
  await row.getByRole('link').click();
}

/** Waits until nobody is at the event, and nobody will be for some seconds. */
async function untilAtRest(session: string): Promise<void> {
  const text = `SELECT state FROM inbox_event WHERE object_id = $1 AND state = 'failed' AND leased_until IS NULL
                   AND next_attempt_at > now() + interval '3 seconds'`;
  await expect.poll(() => inDatabase(text, [session]), { timeout: 40_000, intervals: [200] }).toHaveLength(1);
}

test.describe.configure({ timeout: 120_000 });

test('an event that failed shows why, is handled again by an operator, and credits once', async ({ page, visitor }) => {
  const desk = await visitor();
  await signIn(desk, 'rialto_banker', '/operator/events');
  await signIn(page, 'ElenaVeneziana');
  const before = await availableMinor(page);
  await goToCheckout(page, 'Starter');
  const session = /cs_test_[A-Za-z0-9]+/.exec(page.url())?.[0] ?? '';
  // Nobody comes back from the card page, so that nothing but the event can credit.
  await page.goto(`${addresses.app}/wallet`);
  await breakSessions(1_000);
  await controlStripe({ action: 'pay', session, card: '4242424242424242' });

  await openFailed(desk, session);
  await expect(desk.getByText('What went wrong last')).toBeVisible();
  await expect(desk.getByText(/card service cannot be reached/)).toBeVisible();
  for (const width of [360, 1_440]) {
    await desk.setViewportSize({ width, height: 900 });
    await expectAccessible(desk);
    await expectNoSidewaysScroll(desk);
  }
  expect(await availableMinor(page)).toBe(before);

  await untilAtRest(session);
  await breakSessions(0);
  await desk.getByRole('button', { name: 'Handle again' }).click();
  await expect(desk.getByText('What went wrong last')).toBeHidden({ timeout: 10_000 });
  await expect(desk.getByText('Handled', { exact: true }).first()).toBeVisible();
  await expect.poll(() => availableMinor(page)).toBe(before + 10_000n);

  // Once more does nothing twice.
  await desk.getByRole('button', { name: 'Handle again' }).click();
  await expect(desk.getByText(/It is handled again/)).toBeVisible();
  await expect(async () => {
    await desk.reload();
    await expect(desk.getByText('Handled', { exact: true }).first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  expect(await availableMinor(page)).toBe(before + 10_000n);
});
