import { expect, test } from 'vitest';

import { watchBrowserWallets } from '#components/sign-in/browser-wallets.ts';
import type { BrowserWallet } from '#components/sign-in/browser-wallets.ts';

const signature = new Uint8Array(64).fill(7);
const inBase64 = Buffer.from(signature).toString('base64');

function wallet(name: string, features: Record<string, unknown> = {}) {
  const connect = () => Promise.resolve({ accounts: [{ address: 'a' }] });
  const signMessage = () => Promise.resolve([{ signature, signedMessage: new Uint8Array() }]);
  return { name, features: { 'standard:connect': { connect }, 'solana:signMessage': { signMessage }, ...features } };
}

/** What a page of this browser sees; wallets announce themselves as the Wallet Standard says. */
function watched(browser: EventTarget & { solana?: unknown }) {
  let found: readonly BrowserWallet[] = [];
  const stop = watchBrowserWallets(browser as Window & EventTarget, (wallets) => {
    found = wallets;
  });
  return { names: () => found.map(({ name }) => name), sign: async () => (await found[0]?.connect())?.('text'), stop };
}

function announce(browser: EventTarget, ...wallets: unknown[]) {
  const detail = ({ register }: { register: (...given: unknown[]) => void }) => register(...wallets);
  browser.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail }));
}

test('a wallet is found whether it was there before the page or comes later, and signs', async () => {
  const browser = new EventTarget();
  browser.addEventListener('wallet-standard:app-ready', (event) => {
    (event as CustomEvent<{ register: (given: unknown) => void }>).detail.register(wallet('Early'));
  });
  const page = watched(browser);
  expect(page.names()).toEqual(['Early']);
  announce(browser, wallet('Late'));
  expect(page.names()).toEqual(['Early', 'Late']);
  expect(await page.sign()).toBe(inBase64);
  page.stop();
  announce(browser, wallet('Too late'));
  expect(page.names()).toEqual(['Early', 'Late']);
});

test('a wallet that cannot sign a message, or is none, is left out', () => {
  const browser = new EventTarget();
  const page = watched(browser);
  announce(browser, wallet('Mute', { 'solana:signMessage': undefined }), null, 'text', {}, { name: 'Empty' });
  announce(browser, { ...wallet('x'), name: 7 });
  browser.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: 'not a function' }));
  expect(page.names()).toEqual([]);
});

test('the older window.solana is used where nothing else is there', async () => {
  const solana = {
    isPhantom: true,
    connect: () => Promise.resolve(),
    signMessage: () => Promise.resolve({ signature }),
  };
  const page = watched(Object.assign(new EventTarget(), { solana }));
  expect(page.names()).toEqual(['Phantom']);
  expect(await page.sign()).toBe(inBase64);
  const browser = Object.assign(new EventTarget(), { solana });
  const both = watched(browser);
  announce(browser, wallet('Standard'));
  expect(both.names()).toEqual(['Standard']);
});

test('a wallet that gives no account or no signature fails, and nothing is sent', async () => {
  const none = { connect: () => Promise.resolve({ accounts: [] }) };
  const silent = { signMessage: () => Promise.resolve([{}]) };
  for (const features of [{ 'standard:connect': none }, { 'solana:signMessage': silent }]) {
    const browser = new EventTarget();
    const page = watched(browser);
    announce(browser, wallet('Broken', features));
    await expect(page.sign()).rejects.toThrow(/the wallet/);
  }
});

test('the name on a button is what can be read of it', () => {
  const browser = new EventTarget();
  const page = watched(browser);
  announce(browser, wallet('\u202ePhan\u0000tom '), wallet('\n'), wallet('x'.repeat(100)));
  expect(page.names()).toEqual(['Phantom', 'Solana', 'x'.repeat(40)]);
});
