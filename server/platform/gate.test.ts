import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('a gate', () => {
  it('lets only so many in at once, the others in their order, and turns the rest away', async () => {
    const gate = createGate({ atOnceMax: 2, waitingMax: 3, refusal: () => new Error('full') });
    const doors: (() => void)[] = [];
    const order: number[] = [];
    const visits = Array.from({ length: 7 }, (_, number) =>
      gate.run(() => {
        order.push(number);
        return new Promise<number>((resolve) => doors.push(() => resolve(number)));
      }),
    );
    const outcomes = Promise.allSettled(visits);
    await expect(visits[5]).rejects.toThrow('full');
    await expect(visits[6]).rejects.toThrow('full');
    for (let leaving = 0; leaving < 5; leaving += 1) {
      expect(order.length).toBeLessThanOrEqual(leaving + 2);
      doors[leaving]?.();
      await visits[leaving];
    }
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('gives a place back also when the work fails', async () => {
    const gate = createGate({ atOnceMax: 1, waitingMax: 0, refusal: () => new Error('full') });
    await expect(gate.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await gate.run(() => Promise.resolve('in'))).toBe('in');
  });
});
