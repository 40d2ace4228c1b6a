import fc from 'fast-check';
import superjson from 'superjson';
import { describe, expect, it } from 'vitest';
import { answeredToMany, wire } from './wire.ts';

/** What was written, as it arrives, or that it cannot be. */
function outcome(write: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(write()));
  } catch (error) {
    return String(error);
  }
}

describe('what is sent', () => {
  it('is what superjson would have written, whatever it is', () => {
    const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a.b', 'a\\b', 'constructor', '0'));
    const kinds = { withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true };
    const anything = fc.anything({ ...kinds, key: keys, maxDepth: 4 });
    fc.assert(
      fc.property(anything, (value) => {
        expect(outcome(() => wire.serialize(value))).toEqual(outcome(() => superjson.serialize(value)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps amounts, times and what is left out', () => {
    const listing = { priceMinor: 12_34n, createdAt: new Date(0), sale: null, note: undefined, tags: ['a', 'b'] };
    const page = { items: [listing, listing], nextCursor: null };
    expect(wire.deserialize(wire.serialize(page))).toEqual(page);
  });

  it('ends with what goes round in circles', () => {
    const round: { itself?: object } = {};
    round.itself = round;
    expect(wire.serialize(round)).toEqual(superjson.serialize(round));
  });

  it('is written once for many', () => {
    const answer = answeredToMany({ totalMinor: 1n });
    expect(wire.serialize(answer)).toBe(wire.serialize(answer));
    expect(wire.serialize({ totalMinor: 1n })).toEqual(wire.serialize(answer));
  });
});
