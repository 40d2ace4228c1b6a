import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bounded } from '#server/testing/bounded.ts';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { hostileText } from '#server/testing/fuzz/hostile-values.ts';
import { procedureTable } from '#server/testing/procedures.ts';
import { newSeed } from '#server/testing/proofs/random.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';
import { once } from '#server/platform/once.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import { classesTimes } from '#server/platform/rate-limit-classes.ts';
import { appRouter } from './root.ts';

const seed = newSeed();
const requests = 250;
const atOnce = 8;

once('limits', () => createLimits({ clock: systemClock, classes: classesTimes(1_000) }));
const front = await testFront();
let cookie: string;

beforeAll(async () => {
  ({ cookie } = await signedInCitizen(front.direct, { username: 'fuzzer', secret: frontSecret }));
});

/** What superjson would read of a value, told of it wrongly. */
const annotation = fc.constantFrom<unknown>(
  ...['bigint', 'Date', 'undefined', 'set', 'map', 'regexp', 'number', 'URL', 'Error', 'symbol', 'nothing'],
  ['set', [['bigint']]],
  ['class', 'Nobody'],
  ['custom', 'x'],
  ['typed-array', 'Uint8Array'],
  7,
  null,
);
const path = fc.constantFrom('priceMinor', 'listingId', 'key', 'a.b', '__proto__', 'constructor.prototype', '', '0');
const meta = fc.oneof(
  fc.record({
    values: fc.dictionary(path, fc.oneof(fc.tuple(annotation), annotation), { maxKeys: 3 }),
    referentialEqualities: fc.dictionary(path, fc.array(path, { maxLength: 2 }), { maxKeys: 2 }),
  }),
  fc.jsonValue(),
);
const fields = fc.dictionary(path, fc.oneof(hostileText, fc.jsonValue()), { maxKeys: 5 });
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ json: fc.oneof(fields, fc.jsonValue()), meta }).map((sent) => JSON.stringify(sent)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: hostileText },
);

describe('what reaches a procedure’s door', () => {
  it(`is answered with less than 500, whatever it is (seed ${String(seed)})`, async () => {
    const procedures = procedureTable(appRouter).filter(({ type }) => type !== 'subscription');
    const call = fc.record({ procedure: fc.constantFrom(...procedures), body });
    const failures: string[] = [];
    await bounded(atOnce, fc.sample(call, { seed, numRuns: requests }), async ({ procedure, body: sent }) => {
      const headers = { cookie, origin: front.base, 'content-type': 'application/json' };
      const address = `${front.base}/api/trpc/${procedure.path}`;
      const response =
        procedure.type === 'query'
          ? await fetch(`${address}?input=${encodeURIComponent(sent.toWellFormed())}`, { headers })
          : await fetch(address, { method: 'POST', headers, body: sent });
      const text = await response.text();
      if (response.status >= 500) failures.push(`${procedure.path}: ${String(response.status)} for ${sent}: ${text}`);
    });
    expect(failures).toEqual([]);
    expect(front.rejections).toEqual([]);
  });
});
