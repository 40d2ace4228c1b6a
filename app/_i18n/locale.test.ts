import { describe, expect, test } from 'vitest';

import { chooseLocale } from './locale.ts';

describe('the language of a page', () => {
  test('is that of its address, whatever the visitor chose before', () => {
    expect(chooseLocale({ path: 'it', cookie: 'en', acceptLanguage: 'en' })).toBe('it');
  });

  test('is the one the visitor chose, whatever the browser prefers', () => {
    expect(chooseLocale({ path: null, cookie: 'it', acceptLanguage: 'en-GB' })).toBe('it');
  });

  test('is guessed from the browser by weight, not by position', () => {
    expect(chooseLocale({ path: null, cookie: undefined, acceptLanguage: 'de, en;q=0.5, it-CH;q=0.8' })).toBe('it');
  });

  test('a language with weight zero is not wanted', () => {
    expect(chooseLocale({ path: null, cookie: undefined, acceptLanguage: 'it;q=0, en;q=0.1' })).toBe('en');
  });

  test.each([null, '', ';;;q=', 'q', 'de-DE,fr'])('falls back to English for %j', (acceptLanguage) => {
    expect(chooseLocale({ path: 'de', cookie: 'xx', acceptLanguage })).toBe('en');
  });
});
