import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { AssertionResponse, RegistrationResponse } from '#server/citizens/factor-schema.ts';

/**
 * A WebAuthn authenticator in software (ES256, attestation "none"), for what no browser would do: answer a challenge
 * twice, for another site, or with a counter that goes back.
 */
export interface TestAuthenticator {
  credentialId: string;
  register(options: { challenge: string }, lie?: Lies): RegistrationResponse;
  assert(options: { challenge: string }, lie?: Lies): AssertionResponse;
  /** What it will say of how often it was used. */
  counter: number;
}

/** Where it says something else than the truth. */
export interface Lies {
  origin?: string;
  rpId?: string;
  /** Without it the user was not verified. */
  isVerified?: boolean;
  signature?: string;
}

export function testAuthenticator(site: { origin: string }): TestAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(32);
  const credentialId = id.toString('base64url');
  const self: TestAuthenticator = {
    credentialId,
    counter: 1,
    register: ({ challenge }, lie = {}) => {
      const key = [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ] as const;
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cborMap(key)]);
      const authData = Buffer.concat([head(0x40, lie), attested]);
      const attestationObject = cborMap([
        ['fmt', 'none'],
        ['attStmt', { size: 0 }],
        ['authData', authData],
      ]);
      return {
        ...credential(credentialId),
        response: {
          clientDataJSON: clientData('webauthn.create', challenge, lie).toString('base64url'),
          attestationObject: attestationObject.toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    assert: ({ challenge }, lie = {}) => {
      const authenticatorData = head(0, lie);
      const data = clientData('webauthn.get', challenge, lie);
      const signed = Buffer.concat([authenticatorData, createHash('sha256').update(data).digest()]);
      return {
        ...credential(credentialId),
        response: {
          clientDataJSON: data.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: lie.signature ?? sign('sha256', signed, privateKey).toString('base64url'),
        },
      };
    },
  };
  const clientData = (type: string, challenge: string, lie: Lies) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: lie.origin ?? site.origin, crossOrigin: false }), 'utf8');
  /** Hash of the site, flags (user present, user verified and `more`), and the counter. */
  const head = (more: number, lie: Lies) => {
    const rpId = lie.rpId ?? new URL(site.origin).hostname;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(self.counter);
    const flags = (lie.isVerified === false ? 0x01 : 0x05) | more;
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
  };
  return self;
}

function credential(id: string) {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const;
}

type Value = number | string | Uint8Array | Empty;
interface Empty {
  readonly size: 0;
}

/** The little of CBOR (RFC 8949) that an authenticator says. */
function cborMap(entries: readonly (readonly [number | string, Value])[]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flatMap(([name, value]) => [cbor(name), cbor(value)])]);
}

function cbor(value: Value): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([cborHead(2, value.length), value]);
  return cborHead(5, 0);
}

function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff]);
}
