import { describe, expect, it } from 'vitest';
import { movableClock } from '#server/testing/clock.ts';
import { takeTimes, writesOf } from '#server/testing/limits.ts';
import { limitClasses, strictClassNames, type LimitClass } from './rate-limit-classes.ts';
import { callersMax } from './rate-limit-windows.ts';
import { createLimits } from './rate-limit.ts';

const clock = movableClock(new Date('2026-05-01T10:00:00Z'));
const three = { shared: 3, local: 3 };
const here = { address: '192.0.2.1' };

function limitsOf(kind: 'citizen' | 'address' | 'credential', allowance = three) {
  return createLimits({ clock, classes: writesOf(kind, allowance) });
}

describe('limits in one process', () => {
  it('refuse the call over the limit, say how long to wait, and forgive after the window', async () => {
    const limits = limitsOf('address');
    expect(await takeTimes(limits, 4, { callers: here })).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
    expect(await takeTimes(limits, 1, { callers: { address: '192.0.2.2' } })).toEqual(['taken']);
    await expect(limits.take('write', here)).rejects.toMatchObject({
      kind: 'rate_limited',
      details: { limit: 'write', calls: 3, retryAfterSeconds: 60 },
    });
    clock.advance(120_000);
    expect(await takeTimes(limits, 1, { callers: here })).toEqual(['taken']);
  });

  it('tell what is left, and until when', async () => {
    const limits = limitsOf('address');
    clock.set(new Date('2026-05-01T11:00:15Z'));
    expect(await limits.take('write', here)).toEqual({ limit: 3, remaining: 2, resetSeconds: 45 });
    expect(await limits.take('write', here)).toEqual({ limit: 3, remaining: 1, resetSeconds: 45 });
  });

  it.each([
    ['citizen', { citizen: 'c' }],
    ['credential', { credential: 'k' }],
  ] as const)('follow a %s from address to address', async (kind, who) => {
    const limits = limitsOf(kind);
    const outcomes = [];
    for (const last of [1, 2, 3, 4]) {
      outcomes.push(...(await takeTimes(limits, 1, { callers: { ...who, address: `192.0.2.${String(last)}` } })));
    }
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
  });

  it('follow an address from citizen to citizen, and through all of its IPv6 network', async () => {
    const limits = limitsOf('address');
    const outcomes = [];
    for (const last of [1, 2, 3, 4]) {
      const callers = { citizen: `c${String(last)}`, address: `2001:db8:0:7::${String(last)}` };
      outcomes.push(...(await takeTimes(limits, 1, { callers })));
    }
    expect(outcomes).toEqual(['taken', 'taken', 'taken', 'rate_limited']);
  });

  it('let the strictest of the callers decide, and count a refused call for none of them', async () => {
    const calls = { citizen: { shared: 2, local: 2 }, address: { shared: 3, local: 3 } };
    const limits = createLimits({ clock, classes: { ...limitClasses, write: { windowSeconds: 60, calls } } });
    const greedy = await takeTimes(limits, 20, { callers: { ...here, citizen: 'greedy' } });
    expect(greedy.filter((outcome) => outcome === 'taken')).toHaveLength(2);
    expect(await takeTimes(limits, 2, { callers: { ...here, citizen: 'other' } })).toEqual(['taken', 'rate_limited']);
  });

  it('count each class by itself', async () => {
    const limits = limitsOf('address');
    await takeTimes(limits, 4, { callers: here });
    expect(await takeTimes(limits, 1, { className: 'read', callers: here })).toEqual(['taken']);
  });

  it('let exactly the limit pass of a thousand calls at once', async () => {
    const limits = limitsOf('address', { shared: 100, local: 100 });
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => limits.take('write', here)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
  });

  it('hold for one caller while a hundred thousand addresses come by', async () => {
    const limits = limitsOf('address');
    expect(await takeTimes(limits, 4, { callers: here })).toContain('rate_limited');
    for (let other = 0; other < 10 * callersMax; other += 1) {
      const address = `10.${[other >> 16, (other >> 8) & 255, other & 255].join('.')}`;
      await limits.take('write', { address }).catch(() => undefined);
    }
    expect(await takeTimes(limits, 1, { callers: here })).toEqual(['rate_limited']);
    expect(await takeTimes(limits, 4, { callers: { address: '192.0.2.200' } })).toContain('rate_limited');
  });
});

describe('the classes of the product', () => {
  const classes: [string, LimitClass][] = Object.entries(limitClasses);
  const strict: readonly string[] = strictClassNames;

  it.each(classes)('%s: falls back to less where it guards something, and never to more', (name, { calls }) => {
    for (const { shared, local } of Object.values(calls)) {
      expect(local).toBeGreaterThan(0);
      if (strict.includes(name)) expect(local).toBeLessThan(shared);
      else expect(local).toBeLessThanOrEqual(shared);
    }
  });

  it('count sign-in, factors and money among the strict ones', () => {
    expect(strict).toEqual(expect.arrayContaining(['sign_in', 'factor', 'money']));
  });
});
