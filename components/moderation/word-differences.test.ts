import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wordDifferences } from '#components/moderation/word-differences.ts';

const textOf = (runs: ReturnType<typeof wordDifferences>, ...kinds: string[]) =>
  runs
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join('');

describe('the difference of two texts', () => {
  it('names the words that went and those that came', () => {
    expect(wordDifferences('Pay me outside, by card', 'Pay here, by card')).toEqual([
      { kind: 'same', text: 'Pay ' },
      { kind: 'gone', text: 'me outside,' },
      { kind: 'new', text: 'here,' },
      { kind: 'same', text: ' by card' },
    ]);
    expect(wordDifferences('Goblet', 'Goblet')).toEqual([{ kind: 'same', text: 'Goblet' }]);
    expect(wordDifferences('', '')).toEqual([]);
  });

  it('says what went in one piece, whatever spaces and small words both have there', () => {
    expect(wordDifferences('Blown of white cane', 'Made here of blue glass')).toEqual([
      { kind: 'gone', text: 'Blown of white cane' },
      { kind: 'new', text: 'Made here of blue glass' },
    ]);
  });

  it('holds both texts whole, whatever they are, also beyond what is compared word by word', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'è'), maxLength: 40 });
    fc.assert(
      fc.property(text, text, (earlier, now) => {
        const runs = wordDifferences(earlier, now);
        expect([textOf(runs, 'same', 'gone'), textOf(runs, 'same', 'new')]).toEqual([earlier, now]);
      }),
    );
    const [long, other] = ['one '.repeat(2_000), 'two '.repeat(2_000)];
    const runs = wordDifferences(long, other);
    expect([textOf(runs, 'same', 'gone'), textOf(runs, 'same', 'new')]).toEqual([long, other]);
  });
});
