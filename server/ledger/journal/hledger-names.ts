import { accountClasses, accountKinds, assets } from '#server/ledger/kinds.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Symbols by the number of the asset. */
export const commodities: Readonly<Record<number, { symbol: string; scale: number }>> = {
  [assets.DUCAT]: { symbol: 'DUC', scale: 2 },
  [assets.USD]: { symbol: 'USD', scale: 2 },
};

/** What a transfer says about the one that it names. */
export const actionNames: Readonly<Record<number, string>> = { 3: 'posts', 6: 'reverses' };

const names = new Map(
  accountKinds.map(({ code, asset, name }) => {
    const symbol = commodities[assets[asset]]?.symbol ?? asset;
    return [`${String(code)}/${String(assets[asset])}`, `${accountClasses[name]}:${symbol}:${name}`];
  }),
);

/** Class, commodity and kind of an account: the first three parts of its name, before its owner. */
export function chartName(kind: number, asset: number): string {
  const name = names.get(`${String(kind)}/${String(asset)}`);
  invariant(name !== undefined, 'every account is of a known kind');
  return name;
}

/**
 * A text in which nothing means anything to hledger, and from which one can get the original back: blanks, control
 * characters and its own signs become %XX of their UTF-8 bytes; letters of all languages stay.
 */
export function encoded(text: string): string {
  return text.replace(/[\p{C}\p{Z}%:;,"'|=@()[\]{}*!]/gu, (character) => {
    const bytes = [...Buffer.from(character, 'utf8')];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}
