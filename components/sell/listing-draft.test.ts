import { describe, expect, test } from 'vitest';
import { priceMinorOf, readDraft, stockOf } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';

const whole: ListingDraft = {
  title: 'Goblet of cristallo',
  description: 'Blown thin, with a twisted stem.',
  category: 'glass',
  price: '12.50',
  stock: '3',
  isUnlimited: false,
};

describe('a listing that is being typed', () => {
  test('becomes the terms that the server takes', () => {
    expect(readDraft(whole).terms).toEqual({
      title: whole.title,
      description: whole.description,
      category: 'glass',
      priceMinor: 1250n,
      stock: 3,
    });
  });

  test.each([
    ['12', 1200n],
    ['12.5', 1250n],
    ['12,50', 1250n],
    ['1,234', 123400n],
    ['1,234.50', 123450n],
    ['1.234', null],
    ['1.234,50', null],
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
    const empty = { title: ' ', description: '', category: '', price: '', stock: '', isUnlimited: false };
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
