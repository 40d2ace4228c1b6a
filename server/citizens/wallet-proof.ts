import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { base58, base64 } from '@scure/base';

/** How long a message may be signed and handed in after it was asked for. */
export const walletProofMs = 5 * 60_000;

export interface WalletMessage {
  /** Public origin of the product; what is signed for another one is worth nothing here. */
  appUrl: string;
  username: string;
  nonce: string;
  expiresAt: Date;
}

/**
 * The text a wallet signs, in the manner of Sign-In With Solana (https://github.com/phantom/sign-in-with-solana). It
 * names the citizen where that has the wallet's address, which is private and not asked for before it is proved; the
 * first line differs, lest a wallet takes the text for a malformed message of that kind. ASCII only.
 */
export function walletMessage({ appUrl, username, nonce, expiresAt }: WalletMessage): string {
  const issuedAt = new Date(expiresAt.getTime() - walletProofMs);
  return [
    `${new URL(appUrl).host} asks you to sign in to CASCADE as this citizen of Venice:`,
    username,
    '',
    'Sign this only if you began it on the site named above. It moves no money and costs nothing.',
    '',
    `URI: ${new URL(appUrl).origin}`,
    'Version: 1',
    `Nonce: ${nonce}`,
    `Issued At: ${issuedAt.toISOString()}`,
    `Expiration Time: ${expiresAt.toISOString()}`,
  ].join('\n');
}

/** The 64 bytes of an ed25519 signature in base58 or padded base64, as wallets give them; null for anything else. */
export function readSignature(text: string): Uint8Array | null {
  const trimmed = text.trim();
  // 64 bytes in base64 end with two equals signs, which base58 does not know: no text can be read both ways.
  const bytes = decoded(trimmed.endsWith('=') ? base64.decode : base58.decode, trimmed);
  return bytes?.length === 64 ? bytes : null;
}

/** A key like any other, to which nobody has the other half: what is checked for nobody takes as long as for somebody. */
const nobodysWallet = base58.encode(
  Buffer.from(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
);

/** Whether a signature is that of the wallet. Without a wallet, or with one that is no key, the same work for a no. */
export function isSignedBy(wallet: string | null, signed: { message: string; signature: Uint8Array }): boolean {
  const own = wallet === null ? null : walletKey(wallet);
  const key = own ?? walletKey(nobodysWallet);
  if (key === null) return false;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const isRight = verify(null, Buffer.from(signed.message, 'utf8'), publicKey, signed.signature);
  return isRight && own !== null;
}

const walletPattern = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

/** The 32 bytes of a Solana address, or null when they are not a key that a signature could be trusted to. */
export function walletKey(wallet: string): Uint8Array | null {
  const bytes = walletPattern.test(wallet) ? decoded(base58.decode, wallet) : null;
  return bytes?.length === 32 && !isOfSmallOrder(bytes) ? bytes : null;
}

/**
 * The points of order 1, 2, 4 and 8 and their non-canonical spellings, without the sign bit: under them anyone can
 * sign. Solana's own address of ones, which may stand where there is no wallet, is one of them. OpenSSL 3.5 refuses
 * them too, 3.0 does not (tried: one forged signature in four was right). List: libsodium, `ge25519_has_small_order`.
 */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function isOfSmallOrder(key: Uint8Array): boolean {
  const unsigned = Buffer.from(key);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return smallOrder.has(unsigned.toString('hex'));
}

function decoded(decode: (text: string) => Uint8Array, text: string): Uint8Array | null {
  try {
    return decode(text);
  } catch {
    return null;
  }
}
