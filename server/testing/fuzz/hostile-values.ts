import fc from 'fast-check';

/** What nobody sends who means well. */

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u0007bell',
  '\u202Egnirts',
  '\uD800',
  'e\u0301'.repeat(50),
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE listing; --",
  '%',
  '_%\\',
  '" OR "x" -y & | ! : * ( )',
  '((((',
  '-"',
  '../../etc/passwd',
  '${7*7}{{7*7}}',
  'x'.repeat(5_000),
  '😀'.repeat(300),
  '\n'.repeat(900),
  'NaN',
  '1e309',
  '2026-13-45T25:61:61.000Z',
  '-000001-01-01T00:00:00.000Z',
];

/** Long enough to be taken as a title, a note or a message, were it not for one character. */
const plausibleTexts = [
  'A goblet\0 of cristallo, signed',
  'A goblet \uD800 of cristallo, signed',
  'A goblet \u202E of cristallo, signed',
  'A goblet \u0000\u0001\u001b[31m of cristallo',
];

/** Texts that break what is careless with texts. */
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  { weight: 3, arbitrary: fc.constantFrom(...plausibleTexts) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const amounts = [0n, -1n, 1n, 2n ** 31n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), 10n ** 15n, 2n ** 200n];
const numbers = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 1e308, Number.NaN, Infinity, -Infinity];

/** Anything at all. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(...amounts),
  fc.constantFrom<unknown>(...numbers),
  fc.constantFrom<unknown>(null, undefined, true, false),
  fc.constantFrom<unknown>([], {}, [[]], [null], { length: 1e9 }, new Date(0), new Date(Number.NaN)),
  fc.constant(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}') as unknown),
  fc.uuid(),
  fc.array(hostileText, { maxLength: 200 }),
);
