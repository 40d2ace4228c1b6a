import { describe, expect, it } from 'vitest';
import { inputHash } from './crypto.ts';
import { derivedId, isUuid, isWrittenUuid, systemIds, timeOfUuidv7 } from './ids.ts';

const input = {
  time: new Date('2026-05-01T10:00:00.123Z'),
  principal: 'citizen',
  kind: 'order',
  key: 'key',
  leg: 'purchase',
  secret: new Uint8Array(32).fill(7),
};

describe('ids', () => {
  it('makes UUIDs of version 7 that carry their millisecond', () => {
    const before = Date.now();
    const id = systemIds.uuid();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOfUuidv7(id).getTime()).toBeGreaterThanOrEqual(before);
  });

  it('derives the same id from the same operation, on every attempt', () => {
    expect(derivedId(input)).toBe(derivedId({ ...input }));
    expect(timeOfUuidv7(derivedId(input))).toEqual(input.time);
  });

  it.each(['principal', 'kind', 'key', 'leg'] as const)('derives another id when the %s differs', (name) => {
    expect(derivedId({ ...input, [name]: 'other' })).not.toBe(derivedId(input));
  });

  it('cannot be steered by moving text between the parts, nor without the server key', () => {
    expect(derivedId({ ...input, kind: 'orderk', key: 'ey' })).not.toBe(derivedId(input));
    expect(derivedId({ ...input, secret: new Uint8Array(32) })).not.toBe(derivedId(input));
  });

  it('takes only a whole UUID for one, and tells the one form it is written in from the others', () => {
    const id = systemIds.uuid();
    expect([isUuid(id), isWrittenUuid(id)]).toEqual([true, true]);
    expect([isUuid(id.toUpperCase()), isWrittenUuid(id.toUpperCase())]).toEqual([true, false]);
    for (const text of ['', `${id}\n`, ` ${id}`, id.replaceAll('-', ''), `{${id}}`, id.replace(/.$/, 'g')]) {
      expect([isUuid(text), isWrittenUuid(text)]).toEqual([false, false]);
    }
  });

  it('fingerprints an input by its values and types, not by the order of its fields', () => {
    expect(inputHash({ left: 1, right: 'x' })).toBe(inputHash({ right: 'x', left: 1 }));
    expect(inputHash({ left: 1 })).not.toBe(inputHash({ left: '1' }));
  });
});
