import fc from 'fast-check';
import { isValidElement, type ReactElement, type ReactNode } from 'react';
import { describe, expect, test } from 'vitest';

import { RichText } from '#components/listing/rich-text.tsx';
import { plainWords, richText } from '#components/listing/rich-text-tree.ts';

const words = (text: string) => ({ kind: 'text', text });

/** What a page would hold: every element of the page's own making, and every piece of text. */
function rendered(node: ReactNode): { tags: string[]; links: string[]; text: string } {
  const found = { tags: [] as string[], links: [] as string[], text: '' };
  const walk = (each: ReactNode): void => {
    if (typeof each === 'string') found.text += each;
    else if (Array.isArray(each)) each.forEach(walk);
    else if (isValidElement(each)) {
      const { type, props } = each as ReactElement<Record<string, unknown>>;
      if (typeof type === 'function') return walk((type as (given: object) => ReactNode)(props));
      if (typeof type === 'string') found.tags.push(type);
      if (typeof props['href'] === 'string') found.links.push(props['href']);
      expect(props).not.toHaveProperty('dangerouslySetInnerHTML');
      walk(props['children'] as ReactNode);
    }
  };
  walk(node);
  return found;
}

describe('a description', () => {
  test('has paragraphs, lines, lists, bold, italic and links', () => {
    expect(richText('One **two *three* four**.\nNext\n\n- a\n- b\n\n1. c\n2) d')).toEqual([
      {
        kind: 'paragraph',
        children: [
          words('One '),
          {
            kind: 'strong',
            children: [words('two '), { kind: 'emphasis', children: [words('three')] }, words(' four')],
          },
          words('.'),
          { kind: 'break' },
          words('Next'),
        ],
      },
      { kind: 'list', isOrdered: false, items: [[words('a')], [words('b')]] },
      { kind: 'list', isOrdered: true, items: [[words('c')], [words('d')]] },
    ]);
    expect(richText('See [the *map*](https://example.org/a?b=1&c=2).')).toEqual([
      {
        kind: 'paragraph',
        children: [
          words('See '),
          {
            kind: 'link',
            href: 'https://example.org/a?b=1&c=2',
            children: [words('the '), { kind: 'emphasis', children: [words('map')] }],
          },
          words('.'),
        ],
      },
    ]);
  });

  test.each([
    '<b>bold</b> & <script>alert(1)</script>',
    '2 * 3 * 4 and snake_case_word',
    '[x](javascript:alert(1))',
    '[x](data:text/html,hello)',
    '[x](//example.org)',
    '[x](https://user:secret@example.org/)',
    '[x](https://exa mple.org)',
    '![x](ftp://example.org/a.png)',
    '**open and *open',
    '# no heading > no quote `no code`',
  ])('leaves "%s" as text', (text) => {
    expect(richText(text)).toEqual([{ kind: 'paragraph', children: [words(text)] }]);
  });

  test('shows an escaped sign as itself', () => {
    expect(plainWords(String.raw`\*not bold\* \_nor\_ \[this\](x)`)).toBe('*not bold* _nor_ [this](x)');
  });

  test('has a summary in plain words', () => {
    expect(plainWords('**Blown** thin.\nSee [us](https://a.example).\n\n- red\n- blue')).toBe(
      'Blown thin. See us. red blue',
    );
  });
});

describe('any text at all', () => {
  const piece = fc.constantFrom(
    ...['**', '*', '_', '[', ']', '(', ')', '](', '\\', '\n', '\n\n', '- ', '1. ', ' ', 'word', '<', '>', '&', '"'],
    ...[
      'https://a.example',
      'javascript:alert(1)',
      '<script>',
      '</p>',
      '<img src=x onerror=alert(1)>',
      'JaVaScRiPt:',
      '\u0000',
    ],
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  test('becomes elements of our own and text, with links to the Web only', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { tags, links } = rendered(RichText({ text }));
        expect(['div', 'p', 'ul', 'ol', 'li', 'strong', 'em', 'a', 'br']).toEqual(expect.arrayContaining(tags));
        for (const link of links) expect(link).toMatch(/^https?:\/\/[^\s"<>]+$/u);
      }),
      { numRuns: 2_000 },
    );
  });

  test('loses none of its words', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const letters = (given: string) => given.replace(/[^a-z]/gu, '');
        const { text: shown, links } = rendered(RichText({ text }));
        const said = letters(shown) + links.map(letters).join('');
        expect(said.length).toBeGreaterThanOrEqual(letters(text).length);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['*', '**', '_', '[', '[a](', '\\', '**a*', '_a', '[x](https://a.example/'])(
    'of twenty thousand letters is read to its end: %s',
    (sign) => {
      const texts = [sign, `${sign}a`].map((part) => part.repeat(Math.ceil(20_000 / part.length)));
      for (const text of texts) expect(plainWords(text)).not.toBe('');
    },
    20_000,
  );
});
