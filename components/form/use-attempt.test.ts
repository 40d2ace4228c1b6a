import { describe, expect, test } from 'vitest';

import { isSettledBy } from '#components/form/use-attempt.ts';

const refused = (httpStatus: number) =>
  Object.assign(new Error('refused'), { data: { httpStatus, refusal: { code: 'some_code' } } });

describe('an attempt', () => {
  test.each([
    ['a success that is told without an error', undefined],
    ['a success that is told as no error', null],
    ['a refusal', refused(409)],
  ])('is over after %s: what is sent next is something new', (_what, error) => {
    expect(isSettledBy(error)).toBe(true);
  });

  test.each([
    ['an answer that was lost', new TypeError('fetch failed')],
    ['a failure of the house', refused(503)],
  ])('goes on after %s: it may have been done', (_what, error) => {
    expect(isSettledBy(error)).toBe(false);
  });
});
