/** A Solana wallet in this browser that can sign a message. */
export interface BrowserWallet {
  name: string;
  /** Asks its owner to let this page in; answers the function that signs, with the signature in base64. */
  connect: () => Promise<(message: string) => Promise<string>>;
}

/**
 * Tells of the wallets of this browser, now and as they turn up, by the events of the Wallet Standard
 * (https://github.com/wallet-standard/wallet-standard); without one of those, of the older `window.solana`.
 * Answers the function that ends it. Whatever a wallet hands over is read with care: extensions are not ours.
 */
export function watchBrowserWallets(browser: Window, tell: (wallets: readonly BrowserWallet[]) => void): () => void {
  const standard: BrowserWallet[] = [];
  const register = (...candidates: readonly unknown[]) => {
    standard.push(...candidates.map(standardWallet).filter((wallet) => wallet !== null));
    tell([...standard]);
    return () => undefined;
  };
  const api = { register };
  const onRegister = (event: Event) => {
    const { detail } = event as CustomEvent<unknown>;
    if (typeof detail === 'function') Reflect.apply(detail, undefined, [api]);
  };
  browser.addEventListener('wallet-standard:register-wallet', onRegister);
  browser.dispatchEvent(new CustomEvent('wallet-standard:app-ready', { detail: api }));
  if (standard.length === 0) {
    const older = olderWallet((browser as Window & { solana?: unknown }).solana);
    if (older !== null) tell([older]);
  }
  return () => browser.removeEventListener('wallet-standard:register-wallet', onRegister);
}

type Call = (...given: readonly unknown[]) => Promise<unknown>;

function standardWallet(candidate: unknown): BrowserWallet | null {
  const connect = callOf(fieldOf(fieldOf(candidate, 'features'), 'standard:connect'), 'connect');
  const sign = callOf(fieldOf(fieldOf(candidate, 'features'), 'solana:signMessage'), 'signMessage');
  const name = fieldOf(candidate, 'name');
  if (connect === null || sign === null || typeof name !== 'string') return null;
  return {
    name: shown(name),
    connect: async () => {
      const accounts = fieldOf(await connect(), 'accounts');
      const account: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
      if (account === undefined) throw new Error('the wallet has no account');
      return async (message) => {
        const outputs = await sign({ account, message: new TextEncoder().encode(message) });
        return base64Of(fieldOf(Array.isArray(outputs) ? outputs[0] : null, 'signature'));
      };
    },
  };
}

function olderWallet(candidate: unknown): BrowserWallet | null {
  const connect = callOf(candidate, 'connect');
  const sign = callOf(candidate, 'signMessage');
  if (connect === null || sign === null) return null;
  return {
    name: fieldOf(candidate, 'isPhantom') === true ? 'Phantom' : 'Solana',
    connect: async () => {
      await connect();
      return async (message) => {
        const output = await sign(new TextEncoder().encode(message), 'utf8');
        return base64Of(fieldOf(output, 'signature'));
      };
    },
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function callOf(holder: unknown, name: string): Call | null {
  const call = fieldOf(holder, name);
  return typeof call === 'function'
    ? (...given) => Promise.resolve(Reflect.apply(call, holder, given) as unknown)
    : null;
}

function base64Of(signature: unknown): string {
  if (!(signature instanceof Uint8Array)) throw new Error('the wallet gave no signature');
  return btoa(String.fromCharCode(...signature.slice(0, 200)));
}

/** A name that an extension chose, as it may stand on a button. */
function shown(name: string): string {
  const clean = name.replaceAll(/\p{C}/gu, '').trim();
  return clean === '' ? 'Solana' : clean.slice(0, 40);
}
