import { describe, expect, it } from 'vitest';
import { movableClock } from '#server/testing/clock.ts';
import { createSharedAnswers } from './shared-answers.ts';

function kept(keepMs = 2_000, entriesMax = 3) {
  const clock = movableClock(new Date('2026-01-01T00:00:00Z'));
  const answers = createSharedAnswers({ clock, keepMs, entriesMax });
  let made = 0;
  const ask = (key: string) => answers.of(key, () => Promise.resolve({ key, made: (made += 1) }));
  return { clock, answers, ask, made: () => made };
}

describe('an answer that is the same for everybody', () => {
  it('is worked out once for all who ask at once, and again when its time is over', async () => {
    const { ask, clock, made } = kept();
    expect(new Set(await Promise.all([ask('a'), ask('a'), ask('a')])).size).toBe(1);
    clock.advance(1_999);
    expect((await ask('a')).made).toBe(1);
    clock.advance(1);
    expect((await ask('a')).made).toBe(2);
    expect(made()).toBe(2);
  });

  it('is never that of another question', async () => {
    const { ask } = kept();
    expect((await ask('a')).key).toBe('a');
    expect((await ask('b')).key).toBe('b');
  });

  it('is forgotten when there is no room, the oldest first', async () => {
    const { ask, made } = kept();
    for (const key of ['a', 'b', 'c', 'd']) await ask(key);
    await ask('d');
    await ask('b');
    expect(made()).toBe(4);
    await ask('a');
    expect(made()).toBe(5);
  });

  it('is asked for again after a failure, which those who waited hear of', async () => {
    const { answers, ask } = kept();
    const failing = () => answers.of('a', () => Promise.reject(new Error('away')));
    const [first, second] = [failing(), failing()];
    await expect(first).rejects.toThrow('away');
    await expect(second).rejects.toThrow('away');
    expect(await ask('a')).toEqual({ key: 'a', made: 1 });
  });

  it('is not kept at all where nothing is to be', async () => {
    const { ask, made } = kept(0);
    await ask('a');
    await ask('a');
    expect(made()).toBe(2);
  });
});
