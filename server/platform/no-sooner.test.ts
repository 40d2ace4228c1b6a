import { expect, it } from 'vitest';
import { noSoonerThan } from './no-sooner.ts';

const milliseconds = 30;

it('gives what the work gave, and throws what it threw, both no sooner than said', async () => {
  const works = [() => Promise.resolve('done'), () => Promise.reject(new Error('refused'))];
  for (const work of works) {
    const began = performance.now();
    const ended = await noSoonerThan(milliseconds, work()).catch((error: unknown) => String(error));
    expect(['done', 'Error: refused']).toContain(ended);
    // Node's timers may be early by less than a millisecond.
    expect(performance.now() - began).toBeGreaterThan(milliseconds - 1);
  }
});
