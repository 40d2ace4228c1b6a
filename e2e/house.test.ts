import { addresses } from './support/addresses.ts';
import { expect, test } from './support/journey.ts';

test('a door, a route and a page run on the same instances of everything that has state', async ({ page }) => {
  const door = (await (await fetch(`${addresses.app}/livez`)).json()) as { instance: string };
  const route = await fetch(`${addresses.app}/robots.txt`);
  await page.goto('/');
  const meta = page.locator('meta[name="cascade-instance"]');
  expect(door.instance).toMatch(/^[0-9a-f-]{36}$/);
  expect(route.headers.get('x-cascade-instance')).toBe(door.instance);
  await expect(meta).toHaveAttribute('content', door.instance);
});

test('the sitemap leads to every public page and every listing, and to nothing else', async () => {
  const locations = async (address: string) => {
    const body = await (await fetch(address)).text();
    return [...body.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, found = '']) => found);
  };
  const [fixed = '', ...ofListings] = await locations(`${addresses.app}/sitemap.xml`);
  expect(await locations(fixed)).toContain(`${addresses.app}/fees`);
  const listings = await locations(ofListings[0] ?? '');
  expect(listings.length).toBeGreaterThan(10);
  expect((await fetch(listings[0] ?? '')).status).toBe(200);
  expect((await fetch(`${addresses.app}/sitemap/nothing`)).status).toBe(404);
});

test('every page carries a policy of its own, and its scripts the nonce of that policy', async ({ page }) => {
  const policies: string[] = [];
  for (let visit = 0; visit < 2; visit += 1) {
    const response = await page.goto('/market');
    policies.push((await response?.headerValue('content-security-policy')) ?? '');
  }
  const nonces = policies.map((policy) => /'nonce-([^']+)'/.exec(policy)?.[1]);
  expect(nonces[0]).toBeTruthy();
  expect(nonces[0]).not.toBe(nonces[1]);
  const used = await page
    .locator('script')
    .evaluateAll((scripts) => scripts.map((script) => (script as HTMLScriptElement).nonce));
  expect(new Set(used)).toEqual(new Set([nonces[1]]));
});

test('public pages exist in both languages under their own address, and say so to search engines', async ({ page }) => {
  await page.goto('/it/market');
  await expect(page.locator('html')).toHaveAttribute('lang', 'it');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mercato');
  const languages = await page
    .locator('link[rel="alternate"][hreflang]')
    .evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).hreflang));
  expect(languages.sort()).toEqual(expect.arrayContaining(['en', 'it']));
  await page.goto('/en/market');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('the language of the browser is the first guess, the choice stays', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: addresses.app, locale: 'it-IT' });
  const page = await context.newPage();
  await page.goto('/market');
  await expect(page.locator('html')).toHaveAttribute('lang', 'it');
  await page.getByLabel('Tema e lingua').click();
  await page.getByText('English', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await context.close();
});

test('the chosen theme is in the first bytes of the next page', async ({ page, context }) => {
  await page.goto('/');
  await page.getByLabel('Theme and language').click();
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const html = await (await context.request.get('/market')).text();
  expect(html.slice(0, 600)).toContain('data-theme="dark"');
});

test('a menu opened before the scripts of the page arrived stays open', async ({ page }) => {
  let letScriptsThrough: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (letScriptsThrough = resolve));
  await page.route('**/*.js', async (route) => {
    await opened;
    await route.continue();
  });
  await page.goto('/', { waitUntil: 'commit' });
  await page.getByLabel('Theme and language').click();
  await expect(page.getByText('Dark', { exact: true })).toBeVisible();
  letScriptsThrough();
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeEnabled();
  await expect(page.getByText('Dark', { exact: true })).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('one can browse, search, filter and page through the market', async ({ page }) => {
    await page.goto('/');
    await page
      .getByRole('main')
      .getByRole('link', { name: /See all listings/ })
      .click();
    await expect(page.getByRole('heading', { level: 1, name: 'Market' })).toBeVisible();
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect(page).toHaveURL(/cursor=/);
    await page.goto('/market');
    await page.getByLabel('Words to look for').fill('goblet');
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(/q=goblet/);
    const filters = page.getByRole('complementary', { name: 'Filters' });
    await filters.getByRole('link', { name: /^Glass/ }).click();
    await expect(page).toHaveURL(/category=glass/);
    await filters.getByLabel('Up to').fill('500');
    await filters.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/max=500/);
    await page.getByRole('link', { name: 'Remove the filter up to 500 ducats' }).click();
    await expect(page).not.toHaveURL(/max=/);
    await expect(page).toHaveURL(/q=goblet/);
    await page.getByRole('main').getByRole('article').first().getByRole('link').first().click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
});

test.describe('addresses that lead nowhere', () => {
  test.use({ expectedComplaints: [/status of 404/] });

  for (const path of [
    '/no-such-page',
    '/listings/01890000-0000-7000-8000-00000000ffff',
    '/listings/not-an-id',
    '/de/market',
  ]) {
    test(`${path} answers 404 with a page that leads on`, async ({ page }) => {
      const response = await page.goto(path);
      expect(response?.status()).toBe(404);
      await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
    });
  }
});
