import { beforeEach, describe, expect, it } from 'vitest';
import { movableClock, type MovableClock } from '#server/testing/clock.ts';
import { createCircuitBreaker, type CircuitBreaker } from './circuit-breaker.ts';

const openMs = 30_000;

interface Outcome {
  ok: boolean;
}

describe('a circuit breaker', () => {
  let clock: MovableClock;
  let circuit: CircuitBreaker;
  let changes: string[];
  let calls: number;

  beforeEach(() => {
    clock = movableClock(new Date('2026-11-21T10:00:00Z'));
    changes = [];
    calls = 0;
    const onChange = ({ state }: { state: string }) => changes.push(state);
    circuit = createCircuitBreaker({ name: 'test', failuresMax: 3, openMs, clock, onChange });
  });

  const call = (work: () => Promise<Outcome>) =>
    circuit.call(
      () => {
        calls += 1;
        return work();
      },
      ({ ok }) => !ok,
    );
  const succeed = () => call(() => Promise.resolve({ ok: true }));
  const fail = () => call(() => Promise.resolve({ ok: false }));
  const failTimes = async (times: number) => {
    for (let count = 0; count < times; count += 1) await fail();
  };

  it('opens after so many failures in a row, and a success in between begins the count anew', async () => {
    await failTimes(2);
    await succeed();
    await failTimes(2);
    expect(circuit.report()).toMatchObject({ state: 'closed', failures: 2, openedAt: null });
    await fail();
    expect(circuit.report()).toMatchObject({ state: 'open', failures: 3, openedAt: clock.now() });
  });

  it('makes no call while it is open', async () => {
    await failTimes(3);
    clock.advance(openMs - 1);
    expect(await succeed()).toBeNull();
    expect(calls).toBe(3);
  });

  it('lets a single one try after its time, and closes when that succeeds', async () => {
    await failTimes(3);
    clock.advance(openMs);
    expect(circuit.report().state).toBe('half_open');
    const trial = Promise.withResolvers<Outcome>();
    const tried = call(() => trial.promise);
    expect(await succeed()).toBeNull();
    expect(await succeed()).toBeNull();
    expect(calls).toBe(4);
    trial.resolve({ ok: true });
    expect(await tried).toEqual({ ok: true });
    expect(circuit.report()).toMatchObject({ state: 'closed', failures: 0 });
    expect(await succeed()).toEqual({ ok: true });
    expect(changes).toEqual(['open', 'closed']);
  });

  it('stays open for as long again when the trial fails', async () => {
    await failTimes(3);
    clock.advance(openMs);
    await fail();
    expect(circuit.report().state).toBe('open');
    clock.advance(openMs - 1);
    expect(await succeed()).toBeNull();
    clock.advance(1);
    expect(await succeed()).toEqual({ ok: true });
  });

  it('counts work that rejects as failed, also as the trial, and hands the error on', async () => {
    const broken = () => call(() => Promise.reject(new Error('no line')));
    for (let count = 0; count < 3; count += 1) await expect(broken()).rejects.toThrow('no line');
    expect(circuit.report().state).toBe('open');
    clock.advance(openMs);
    await expect(broken()).rejects.toThrow('no line');
    expect(circuit.report().state).toBe('open');
  });

  it('learns nothing from a call that began before it opened or closed', async () => {
    const [lateSuccess, lateFailure] = [Promise.withResolvers<Outcome>(), Promise.withResolvers<Outcome>()];
    const late = [call(() => lateSuccess.promise), call(() => lateFailure.promise)];
    await failTimes(3);
    lateSuccess.resolve({ ok: true });
    await late[0];
    expect(circuit.report().state).toBe('open');
    clock.advance(openMs);
    await succeed();
    lateFailure.resolve({ ok: false });
    await late[1];
    expect(circuit.report()).toMatchObject({ state: 'closed', failures: 0 });
  });
});
