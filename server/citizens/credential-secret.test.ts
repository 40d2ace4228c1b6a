import { expect, it } from 'vitest';
import { isCredentialSecret, newCredentialSecret, presentedCredential, secretHashOf } from './credential-secret.ts';

it('says of which house it is, has 256 random bits, and is never made twice', () => {
  const secrets = Array.from({ length: 200 }, () => newCredentialSecret('live'));
  for (const secret of secrets) expect(secret).toMatch(/^cascade_live_[0-9A-Za-z]{49}$/);
  expect(new Set(secrets).size).toBe(200);
  // Every place but the first, to which 256 bits do not always reach, shows most of the 62 signs.
  for (let place = 14; place < 56; place += 1)
    expect(new Set(secrets.map((secret) => secret[place])).size).toBeGreaterThan(40);
});

it('is of its own house alone', () => {
  expect(isCredentialSecret(newCredentialSecret('sandbox'), 'sandbox')).toBe(true);
  expect(isCredentialSecret(newCredentialSecret('sandbox'), 'live')).toBe(false);
  expect(isCredentialSecret(newCredentialSecret('live'), 'sandbox')).toBe(false);
});

it('with any one sign altered, left out or added is none', () => {
  const secret = newCredentialSecret('sandbox');
  for (let place = 'cascade_sandbox_'.length; place < secret.length; place += 1) {
    const other = secret[place] === 'x' ? 'y' : 'x';
    expect(isCredentialSecret(secret.slice(0, place) + other + secret.slice(place + 1), 'sandbox')).toBe(false);
  }
  for (const text of [secret.slice(0, -1), `${secret}0`, secret.toUpperCase(), '', 'cascade_sandbox_'])
    expect(isCredentialSecret(text, 'sandbox')).toBe(false);
});

it('is found in a header by how it begins, and whatever else is there is left to others', () => {
  const secret = newCredentialSecret('sandbox');
  expect(presentedCredential(`Bearer ${secret}`)).toBe(secret);
  expect(presentedCredential(`bearer  ${secret} `)).toBe(secret);
  expect(presentedCredential('Bearer cascade_sandbox_short')).toBe('cascade_sandbox_short');
  for (const header of ['', 'Bearer a.b.c', `Basic ${secret}`, secret, `Bearer ${secret}, Bearer a.b.c`])
    expect(presentedCredential(header)).toBeNull();
});

it('is known by a hash of 32 bytes', () => {
  const secret = newCredentialSecret('live');
  expect(secretHashOf(secret)).toEqual(secretHashOf(secret));
  expect(secretHashOf(secret)).toHaveLength(32);
  expect(Buffer.from(secretHashOf(secret)).toString()).not.toContain(secret);
});
