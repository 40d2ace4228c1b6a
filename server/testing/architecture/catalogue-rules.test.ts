import { describe, expect, test } from 'vitest';
import { catalogueViolations } from './catalogue-rules.ts';

function violationsOf(english: unknown, italian: unknown): string[] {
  const files = [
    { path: 'app/_messages/en/wallet.json', text: JSON.stringify(english) },
    { path: 'app/_messages/it/wallet.json', text: JSON.stringify(italian) },
  ];
  return catalogueViolations(files).map(({ path, message }) => `${path} ${message}`);
}

describe('the catalogue rules turn red', () => {
  test.each([
    ['a key is missing in one language', { title: 'Wallet', empty: 'Nothing yet' }, { title: 'Borsa' }],
    ['a key exists only in the other language', { title: 'Wallet' }, { title: 'Borsa', vuoto: 'Niente' }],
    ['a nested key is missing', { form: { pay: 'Pay' } }, { form: {} }],
    ['a text is empty', { title: 'Wallet' }, { title: ' ' }],
    ['a placeholder is missing', { held: '{amount} on hold' }, { held: 'In attesa' }],
    ['a placeholder is misspelt', { held: '{amount} on hold' }, { held: '{importo} in attesa' }],
    ['a tag is missing', { terms: 'Read <link>the terms</link>' }, { terms: 'Leggi i termini' }],
  ])('when %s', (_what, english, italian) => {
    expect(violationsOf(english, italian)).toHaveLength(1);
  });

  test('when a whole catalogue is missing', () => {
    const files = [
      { path: 'app/_messages/en/wallet.json', text: '{"title":"Wallet"}' },
      { path: 'app/_messages/it/market.json', text: '{"title":"Mercato"}' },
    ];
    expect(catalogueViolations(files)).toHaveLength(2);
  });
});

test('plural branches of each language are its own business', () => {
  const english = { lots: '{count, plural, one {# ducat} other {ducats}}' };
  const italian = { lots: '{count, plural, one {# ducato} other {ducati}}' };
  expect(violationsOf(english, italian)).toEqual([]);
});
