import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, expect, type Page, test as base } from 'playwright/test';
import { addresses } from './addresses.ts';

export { expect };

interface JourneyFixtures {
  /** Texts of the console that this journey provokes on purpose, for instance a page that answers 404. */
  expectedComplaints: RegExp[];
  /** Fails the journey when any page of the browser broke the content security policy or complained. */
  watch: Watch;
  /** A second person: a page of a browser profile of its own, watched as well. */
  visitor: () => Promise<Page>;
}

/** Every journey watches the console and the content security policy of all its pages. */
export const test = base.extend<JourneyFixtures>({
  expectedComplaints: [[], { option: true }],
  watch: [
    async ({ context, expectedComplaints }, use) => {
      const watch = new Watch(expectedComplaints);
      await watch.over(context);
      await use(watch);
      expect(watch.complaints, 'complaints of the console or the content security policy').toEqual([]);
    },
    { auto: true },
  ],
  visitor: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: addresses.app, locale: 'en-GB', timezoneId: 'Europe/Rome' });
      contexts.push(context);
      await watch.over(context);
      return await context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Listens to whole browser profiles, to every page they open. */
class Watch {
  readonly complaints: string[] = [];
  readonly #expected: readonly RegExp[];

  constructor(expected: readonly RegExp[]) {
    this.#expected = expected;
  }

  async over(context: BrowserContext): Promise<void> {
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        reportError(new Error(`content security policy: ${event.violatedDirective} refused ${event.blockedURI}`));
      });
    });
    context.on('console', (message) => {
      if (message.type() === 'error')
        this.#complain(`${message.page()?.url() ?? ''}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (failure) => {
      this.#complain(`${failure.page()?.url() ?? ''}: ${failure.error().message}`);
    });
  }

  #complain(text: string): void {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }
}

/** Signs in through the Venice sandbox as one of its citizens; ends on the page that asked for it. */
export async function signIn(page: Page, username: string, returnTo = '/wallet'): Promise<void> {
  await page.goto(returnTo);
  if (!page.url().startsWith(addresses.venice))
    await page
      .getByRole('main')
      .getByRole('button', { name: /venice/i })
      .click();
  await page.waitForURL(`${addresses.venice}/**`);
  const citizen = page.locator(`button[name="username"][value="${username}"]`);
  if (!(await citizen.isVisible())) await page.getByText('Other citizens').click();
  await citizen.click();
  await page.waitForURL((url) => url.origin === new URL(addresses.app).origin && !url.pathname.startsWith('/api/'));
  if (new URL(page.url()).pathname !== '/sign-in/factor') return;
  await expectNoSidewaysScroll(page);
  await giveCode(page, username);
}

/** The code given last, by citizen. A code works once, and a refused one counts as a complaint of the page. */
const givenCodes = new Map<string, string>();

/**
 * Gives the code of a demo citizen's authenticator app, as the sandbox shows it: one that nobody gave before, for which it
 * waits half a minute at the most.
 */
export async function giveCode(page: Page, username: string): Promise<void> {
  const codes = await page.context().newPage();
  await expect(async () => {
    const code = await unusedCode(codes, username);
    const field = page.getByLabel('Code of your authenticator app');
    await field.fill(code);
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    givenCodes.set(username, code);
    await expect(field).toBeHidden({ timeout: 5_000 });
  }).toPass({ timeout: 90_000, intervals: [1_000] });
  await codes.close();
}

async function unusedCode(codes: Page, username: string): Promise<string> {
  await codes.goto('/sandbox/codes');
  const shown = codes.locator(`[data-code-of="${username}"]`);
  // The page renews itself when its codes are over.
  const unused = new RegExp(`^(?!${givenCodes.get(username) ?? 'none'})\\d{6}$`);
  await expect(shown).toHaveText(unused, { timeout: 40_000 });
  return await shown.innerText();
}

/** No accessibility violation that axe can find, whatever its weight; a contrast while colours glide is nobody's. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // Every rule is applied; what passed is not written down, which takes most of the time.
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  expect(found).toEqual([]);
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

/** Resolves once the page answers to keys and clicks: its controls wait for that themselves, shortcuts cannot. */
export async function expectInteractive(page: Page): Promise<void> {
  await expect(page.locator('header fieldset input').first()).toBeEnabled();
}
