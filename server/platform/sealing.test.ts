import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealing, SealBroken, sealingKeys, type SealedPlace, type SealingKey } from './sealing.ts';

const first: SealingKey = { id: 'k1', key: randomBytes(32) };
const second: SealingKey = { id: 'k2', key: randomBytes(32) };
const place: SealedPlace = { table: 'totp_factor', column: 'secret', row: 'c1' };
const value = Buffer.from('JBSWY3DPEHPK3PXP');

describe('a sealed value', () => {
  it('opens in its place with every byte it had, of any length, and never looks the same twice', () => {
    const sealing = createSealing([first]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, row) => {
        const there = { ...place, row };
        const sealed = sealing.seal(bytes, there);
        expect([...sealing.open(sealed, there)]).toEqual([...bytes]);
        expect(sealing.seal(bytes, there)).not.toBe(sealed);
      }),
    );
  });

  it('does not open in another table, column or row, nor where their names run together alike', () => {
    const sealing = createSealing([first]);
    const sealed = sealing.seal(value, place);
    const others: SealedPlace[] = [
      { ...place, table: 'other' },
      { ...place, column: 'other' },
      { ...place, row: 'c2' },
      { table: 'totp_factorsecret', column: '', row: 'c1' },
    ];
    for (const other of others) expect(() => sealing.open(sealed, other)).toThrow(SealBroken);
  });

  it('does not open once any single bit of it is changed, cut off or put on', () => {
    const sealing = createSealing([first]);
    const sealed = sealing.seal(value, place);
    const [id = '', body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => sealing.open(`${id}.${changed.toString('base64url')}`, place)).toThrow(SealBroken);
    }
    for (const broken of ['', id, `${id}.`, `${id}.AAAA`, sealed.slice(0, -4), `${sealed}AAAA`, body, ` ${sealed}`]) {
      expect(() => sealing.open(broken, place)).toThrow(SealBroken);
    }
  });

  it('does not open under the name of another key, even of one with the same bytes', () => {
    const sealing = createSealing([first, { id: 'k3', key: first.key }]);
    const sealed = sealing.seal(value, place);
    expect(() => sealing.open(sealed.replace('k1.', 'k3.'), place)).toThrow(SealBroken);
  });
});

describe('keys', () => {
  it('rotate while old values stay readable, and say which ones wait to be sealed anew', () => {
    const old = createSealing([first]).seal(value, place);
    const rotated = createSealing([second, first]);
    expect(Buffer.from(rotated.open(old, place))).toEqual(value);
    expect(rotated.isStale(old)).toBe(true);
    const renewed = rotated.seal(rotated.open(old, place), place);
    expect(rotated.isStale(renewed)).toBe(false);
    const afterwards = createSealing([second]);
    expect(Buffer.from(afterwards.open(renewed, place))).toEqual(value);
    expect(() => afterwards.open(old, place)).toThrow(SealBroken);
  });

  it('come from the settings, newest first, or from the secret of the server where there are none', () => {
    const secret = 'a secret of the server, long enough';
    const before = createSealing(sealingKeys(undefined, secret)).seal(value, place);
    const setting = [second, first].map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(', ');
    const keys = sealingKeys(setting, secret);
    expect(keys.map(({ id }) => id)).toEqual(['k2', 'k1', 's']);
    const sealing = createSealing(keys);
    expect(sealing.seal(value, place)).toMatch(/^k2\./);
    expect(Buffer.from(sealing.open(before, place))).toEqual(value);
    expect(() => createSealing(sealingKeys(undefined, `${secret}!`)).open(before, place)).toThrow(SealBroken);
  });

  it.each([
    ['too short', 'k1:AAAA'],
    ['without a name', `:${Buffer.alloc(32).toString('base64')}`],
    ['under the name of the derived one', `s:${Buffer.alloc(32).toString('base64')}`],
    ['empty', ''],
  ])('that are %s are refused', (_, setting) => {
    expect(() => sealingKeys(setting, 'secret')).toThrow('malformed');
  });

  it('of one name are refused', () => {
    const key = Buffer.alloc(32).toString('base64');
    expect(() => sealingKeys(`k1:${key},k1:${key}`, 'secret')).toThrow('twice');
  });
});
