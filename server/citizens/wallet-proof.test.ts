import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { base58, base64, base64nopad } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { walletAddress, walletSignature } from '#server/sandbox/venice/wallets.ts';
import { isSignedBy, readSignature, walletKey, walletMessage } from './wallet-proof.ts';

const message = walletMessage({
  appUrl: 'https://cascade.example',
  username: 'NLR',
  nonce: '00112233445566778899aabbccddeeff',
  expiresAt: new Date('2026-11-21T10:05:00Z'),
});

describe('the message a wallet signs', () => {
  it('says in plain ASCII who asks, for whom, for how long and what it is not', () => {
    expect(message).toBe(
      [
        'cascade.example asks you to sign in to CASCADE as this citizen of Venice:',
        'NLR',
        '',
        'Sign this only if you began it on the site named above. It moves no money and costs nothing.',
        '',
        'URI: https://cascade.example',
        'Version: 1',
        'Nonce: 00112233445566778899aabbccddeeff',
        'Issued At: 2026-11-21T10:00:00.000Z',
        'Expiration Time: 2026-11-21T10:05:00.000Z',
      ].join('\n'),
    );
  });
});

describe('a signature', () => {
  const signature = walletSignature('NLR', message);

  it('is right under the wallet that made it, and under no other', () => {
    expect(isSignedBy(walletAddress('NLR'), { message, signature })).toBe(true);
    expect(isSignedBy(walletAddress('bigbosefx'), { message, signature })).toBe(false);
    expect(isSignedBy(walletAddress('NLR'), { message: `${message} `, signature })).toBe(false);
    expect(isSignedBy(walletAddress('NLR'), { message, signature: randomBytes(64) })).toBe(false);
  });

  it('is read in base58 and in base64, whatever is around it, and in nothing else', () => {
    const read = (text: string) => Buffer.from(readSignature(text) ?? []).toString('hex');
    for (const text of [base58.encode(signature), base64.encode(signature), ` ${base58.encode(signature)}\n`]) {
      expect(read(text)).toBe(signature.toString('hex'));
    }
    const short = signature.subarray(0, 63);
    for (const text of [
      '',
      '=',
      base58.encode(short),
      base64nopad.encode(signature),
      signature.toString('hex'),
      '0OIl',
    ]) {
      expect(read(text)).toBe('');
    }
  });

  it.each([null, '', 'NLR', '1', base58.encode(randomBytes(31)), base58.encode(randomBytes(33)), 'O0Il'.repeat(10)])(
    'is wrong under what is no wallet: %j',
    (wallet) => {
      expect(isSignedBy(wallet, { message, signature })).toBe(false);
    },
  );

  it('is never right under a key under which anyone can sign', () => {
    const weak = [
      ...['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ed${'ff'.repeat(30)}7f`],
      ...[`ee${'ff'.repeat(30)}7f`, `${'00'.repeat(31)}80`, `01${'00'.repeat(30)}80`],
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ].map((hex) => Buffer.from(hex, 'hex'));
    const basePoint = `58${'66'.repeat(31)}`;
    const forged = Buffer.from(`${basePoint}01${'00'.repeat(31)}`, 'hex');
    for (const key of weak) {
      const wallet = base58.encode(key);
      expect(walletKey(wallet)).toBeNull();
      expect(isSignedBy(wallet, { message, signature: forged })).toBe(false);
    }
    expect(base58.encode(weak[0] ?? Buffer.alloc(0))).toBe('1'.repeat(32));
    expect(walletKey(walletAddress('NLR'))).toHaveLength(32);
  });

  it('cannot be made for nobody with the key of somebody', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const own = base58.encode(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
    const made = sign(null, Buffer.from(message), privateKey);
    expect(isSignedBy(own, { message, signature: made })).toBe(true);
    expect(isSignedBy(null, { message, signature: made })).toBe(false);
  });
});
