import { describe, expect, test } from 'vitest';
import { emptyDraft, lowestPriceOf, priceMinorOf, readDraft as read, stockOf } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';
import { combinationsOf } from '#components/sell/variant-draft.ts';
import type { CategoryAttributeView } from '#server/market/catalogue/details-schema.ts';

const asked = [
  { key: 'colour', nameEn: 'Colour', nameIt: 'Colore', kind: 'text', choices: [], unit: null },
  { key: 'height', nameEn: 'Height', nameIt: 'Altezza', kind: 'number', choices: [], unit: 'cm' },
] as const satisfies CategoryAttributeView[];
const readDraft = (draft: ListingDraft) => read(draft, asked);

const whole: ListingDraft = {
  ...emptyDraft,
  title: 'Goblet of cristallo',
  description: 'Blown thin, with a twisted stem.',
  category: 'glass',
  price: '12.50',
  stock: '3',
  isUnlimited: false,
};

describe('a listing that is being typed', () => {
  test('becomes the terms that the server takes', () => {
    expect(readDraft(whole).terms).toMatchObject({
      title: whole.title,
      description: whole.description,
      category: 'glass',
      priceMinor: 1250n,
      stock: 3,
    });
  });

  test('has quantity steps, of which an empty one is left out and one that is no figure is wrong', () => {
    const steps = [
      { from: '10', percent: '5' },
      { from: ' ', percent: '' },
      { from: '50', percent: '12,5' },
    ];
    expect(readDraft({ ...whole, steps }).terms?.quantitySteps).toEqual([
      { fromQuantity: 10, percentBps: 500 },
      { fromQuantity: 50, percentBps: 1_250 },
    ]);
    for (const [from, percent] of [
      ['ten', '5'],
      ['10', '100'],
      ['10', '-5'],
      ['1', '5'],
      ['10', ''],
    ] as const)
      expect(readDraft({ ...whole, steps: [{ from, percent }] }).problems).toEqual({ steps: 'steps' });
  });

  test.each([
    ['12', 1200n],
    ['12.5', 1250n],
    ['12,50', 1250n],
    ['1,234', 123400n],
    ['1,234.50', 123450n],
    ['1.234', null],
    ['1.234,50', 123450n],
    ['-1', null],
    ['', null],
  ])('reads the price "%s" exactly, or not at all', (price, minor) => {
    expect(priceMinorOf({ ...whole, price })).toBe(minor);
  });

  test.each([
    ['0', 0],
    [' 7 ', 7],
    ['', undefined],
    ['1.5', undefined],
    ['-1', undefined],
  ])('reads the stock "%s" as a whole number, or not at all', (stock, units) => {
    expect(stockOf({ ...whole, stock })).toBe(units);
  });

  test('keeps its number while the stock is unlimited, and does not send it', () => {
    expect(readDraft({ ...whole, isUnlimited: true }).terms?.stock).toBeNull();
  });

  test('says of every field what is wrong with it', () => {
    const empty = { ...emptyDraft, title: ' ', stock: '' };
    expect(readDraft(empty).problems).toEqual({
      title: 'required',
      description: 'required',
      category: 'category',
      price: 'required',
      stock: 'required',
    });
    const wrong = { ...whole, title: 'ab', description: 'x'.repeat(4001), price: '0', stock: '1000001' };
    expect(readDraft(wrong).problems).toEqual({
      title: 'too_short',
      description: 'too_long',
      price: 'price',
      stock: 'stock',
    });
    expect(readDraft({ ...whole, title: 'left\u202Eright' }).problems).toEqual({ title: 'control_characters' });
  });
});

describe('what is chosen among', () => {
  const options = [
    { name: ' Colour ', values: 'Red, Blue,, Red ' },
    { name: '', values: '' },
    { name: 'Size', values: 'S, L' },
  ];
  const key = (...values: string[]) => JSON.stringify(values);

  test('is every combination of the values that were typed', () => {
    expect(combinationsOf(options)).toEqual([
      ['Red', 'S'],
      ['Red', 'L'],
      ['Blue', 'S'],
      ['Blue', 'L'],
    ]);
  });

  test('has its own price and stock, or the usual price and no end; what is not offered stays out', () => {
    const variants = {
      [key('Red', 'S')]: { isOffered: true, price: '9,50', stock: '4', stockSeen: 5 },
      [key('Red', 'L')]: { isOffered: true, price: '', stock: '' },
      [key('Blue', 'S')]: { isOffered: false, price: 'dear', stock: 'many' },
    };
    const draft = { ...whole, options, variants };
    expect(readDraft(draft).terms).toMatchObject({
      priceMinor: 950n,
      options: [
        { name: 'Colour', values: ['Red', 'Blue'] },
        { name: 'Size', values: ['S', 'L'] },
      ],
      variants: [
        { values: ['Red', 'S'], priceMinor: 950n, stock: 4, stockSeen: 5 },
        { values: ['Red', 'L'], priceMinor: 1250n, stock: null },
        { values: ['Blue', 'L'], priceMinor: 1250n, stock: 1 },
      ],
    });
    expect(lowestPriceOf(draft)).toBe(950n);
  });

  test.each([
    ['an option without values', { options: [{ name: 'Colour', values: '' }] }, 'options'],
    ['values without a name', { options: [{ name: '', values: 'Red' }] }, 'options'],
    [
      'a hundred and twenty combinations',
      { options: [options[0], ...['A', 'B'].map((name) => ({ name, values: '1,2,3,4,5,6,7,8' }))] },
      'too_many_variants',
    ],
    [
      'a price that is none',
      { options: options.slice(0, 1), variants: { [key('Red')]: { isOffered: true, price: 'dear', stock: '1' } } },
      'variants',
    ],
  ])('%s is said beside the options', (_what, change, problem) => {
    expect(readDraft({ ...whole, ...(change as Partial<ListingDraft>) }).problems).toMatchObject({ options: problem });
  });
});

describe('what only some kinds say', () => {
  test('goes with the kind, and is kept in the draft', () => {
    const full = {
      ...whole,
      availability: 'Mondays',
      deliveryDays: '3',
      contentText: 'Secret.',
      attributes: { height: '21,5', colour: ' ', other: 'x' },
    };
    const none = { availability: null, deliveryDays: null, content: null };
    expect(readDraft(full).terms).toMatchObject({ ...none, attributes: { height: 21.5 } });
    expect(readDraft({ ...full, kind: 'service' }).terms).toMatchObject({
      availability: 'Mondays',
      deliveryDays: 3,
      content: null,
    });
    const digital = readDraft({ ...full, kind: 'digital', options: [{ name: 'Size', values: 'S' }] }).terms;
    expect(digital).toMatchObject({
      stock: null,
      options: [],
      variants: [],
      content: { text: 'Secret.', fileIds: [] },
    });
  });

  test.each([
    ['half a day', { kind: 'service', deliveryDays: '0.5' }, { deliveryDays: 'delivery_days' }],
    ['a measure in words', { attributes: { height: 'tall' } }, { attributes: 'attributes' }],
    ['markup in a tag', { tags: 'red, <b>' }, { tags: 'tags' }],
  ])('%s is said beside its field', (_what, change, problems) => {
    expect(readDraft({ ...whole, ...(change as Partial<ListingDraft>) }).problems).toEqual(problems);
  });
});
