import { addresses } from './support/addresses.ts';
import { expect, expectAccessible, expectNoSidewaysScroll, test } from './support/journey.ts';
import type { Page } from 'playwright/test';

/** The signature of a citizen's wallet, in base58, as the sandbox makes it. */
async function signature(username: string, message: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username, message });
  const answer = await fetch(`${addresses.venice}/wallet`, { method: 'POST', headers, body });
  return ((await answer.json()) as { signature: string }).signature;
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function bytesOf(text: string): number[] {
  let number = 0n;
  for (const letter of text) number = number * 58n + BigInt(base58.indexOf(letter));
  return [...Buffer.from(number.toString(16).padStart(128, '0'), 'hex')];
}

/** A wallet as an extension brings it, by the Wallet Standard; it signs with the key of a citizen, or refuses. */
async function installWallet(page: Page, owner: { username: string | null }): Promise<void> {
  await page.exposeFunction('signWithSandbox', async (message: string) =>
    owner.username === null ? null : bytesOf(await signature(owner.username, message)),
  );
  await page.addInitScript(() => {
    const account = { address: 'test', chains: ['solana:mainnet'], features: ['solana:signMessage'] };
    const sign = Reflect.get(window, 'signWithSandbox') as (message: string) => Promise<number[] | null>;
    const signMessage = async ({ message }: { message: Uint8Array }) => {
      const bytes = await sign(new TextDecoder().decode(message));
      if (bytes === null) throw new Error('User rejected the request.');
      return [{ signature: new Uint8Array(bytes), signedMessage: message }];
    };
    const features = {
      'standard:connect': { version: '1.0.0', connect: () => Promise.resolve({ accounts: [account] }) },
      'solana:signMessage': { version: '1.1.0', signMessage },
    };
    const wallet = { version: '1.0.0', name: 'Gondola', chains: ['solana:mainnet'], accounts: [account], features };
    const register = (api: { register: (given: unknown) => void }) => api.register(wallet);
    window.addEventListener('wallet-standard:app-ready', (event) =>
      register((event as CustomEvent<{ register: (given: unknown) => void }>).detail),
    );
    window.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: register }));
  });
}

test('a citizen signs the message in the test wallet, pastes the signature and is where they wanted to go', async ({
  page,
  visitor,
}) => {
  await page.goto('/sign-in?callbackUrl=/wallet/top-up');
  await page.getByLabel('Your username in Venice').fill('MuranoGlass');
  await page.keyboard.press('Enter');
  const message = await page.getByLabel('Message to sign').inputValue();
  expect(message).toContain(`${new URL(addresses.app).host} asks you to sign in to CASCADE`);
  await expect(page.getByLabel('Message to sign')).toBeFocused();

  const wallet = await visitor();
  const testWallet = page.getByRole('link', { name: /test wallet/ });
  await wallet.goto((await testWallet.getAttribute('href')) ?? '');
  await wallet.getByLabel('Whose wallet').selectOption('MuranoGlass');
  await wallet.getByLabel('Message').fill(message);
  await wallet.getByRole('button', { name: 'Sign' }).click();
  await page.getByLabel('Signature').fill(await wallet.getByLabel('Base64').inputValue());
  await page.getByRole('button', { name: 'Sign in with this signature' }).click();
  await page.waitForURL(({ pathname }) => pathname === '/wallet/top-up');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

  const cookies = await page.context().cookies(addresses.app);
  expect(cookies.find(({ name }) => name === 'cascade-session')).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  await page.goto('/account/sessions');
  await expect(page.getByRole('list', { name: 'Your sessions' }).getByRole('listitem')).not.toHaveCount(0);
});

test('a wallet in the browser signs by itself, when its owner lets it', async ({ page }) => {
  const owner: { username: string | null } = { username: null };
  await installWallet(page, owner);
  await page.goto('/sign-in?callbackUrl=/orders');
  await page.getByLabel('Your username in Venice').fill('bigbosefx');
  const sign = page.getByRole('button', { name: 'Sign with Gondola' });
  await sign.click();
  await expect(page.getByText('The wallet did not sign.')).toBeVisible();
  owner.username = 'bigbosefx';
  await sign.click();
  await page.waitForURL(({ pathname }) => pathname === '/orders');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test.describe('a refused signature', () => {
  test.use({ expectedComplaints: [/status of 40[03]/] });

  test('is explained, and the next attempt is made with another message', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Show the message to sign' }).click();
    await expect(page.getByText('Enter your username first.')).toBeVisible();
    await page.getByLabel('Your username in Venice').fill('NLR');
    await page.getByRole('button', { name: 'Show the message to sign' }).click();
    const first = await page.getByLabel('Message to sign').inputValue();

    await page.getByLabel('Signature').fill('not a signature');
    await page.getByRole('button', { name: 'Sign in with this signature' }).click();
    await expect(page.getByText('This is not a signature.')).toBeVisible();
    await page.getByLabel('Signature').fill(await signature('bigbosefx', first));
    await page.getByRole('button', { name: 'Sign in with this signature' }).click();
    await expect(page.getByText('This signature does not prove')).toBeVisible();
    await expect(page.getByLabel('Message to sign')).toHaveCount(0);

    await page.getByRole('button', { name: 'Show the message to sign' }).click();
    const second = await page.getByLabel('Message to sign').inputValue();
    expect(second).not.toBe(first);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const theme of ['light', 'dark']) {
      await page.locator('html').evaluate((html, name) => html.setAttribute('data-theme', name), theme);
      await expectAccessible(page);
    }
    await page.setViewportSize({ width: 360, height: 780 });
    await expectNoSidewaysScroll(page);
  });
});

test('without JavaScript the page says that it needs it', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: addresses.app, javaScriptEnabled: false, locale: 'it-IT' });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await expect(page.getByRole('main').locator('noscript p')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Mostra il messaggio da firmare' })).toBeDisabled();
  await context.close();
});
