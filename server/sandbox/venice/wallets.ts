import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { base58 } from '@scure/base';

/** What PKCS #8 puts before the 32 bytes of an ed25519 private key (RFC 8410). */
const keyHeader = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Solana address of a citizen: the same at every start, and its key is known to everyone who reads this. */
export function walletAddress(username: string): string {
  const { x } = createPublicKey(keyOf(username)).export({ format: 'jwk' });
  return base58.encode(Buffer.from(x ?? '', 'base64url'));
}

/** The 64 bytes that the citizen's wallet makes of a message. */
export function walletSignature(username: string, message: string): Buffer {
  return sign(null, Buffer.from(message, 'utf8'), keyOf(username));
}

function keyOf(username: string): KeyObject {
  const seed = createHash('sha256').update(`venice sandbox wallet ${username}`).digest();
  return createPrivateKey({ key: Buffer.concat([keyHeader, seed]), format: 'der', type: 'pkcs8' });
}
