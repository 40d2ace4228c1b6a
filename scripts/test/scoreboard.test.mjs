import { expect, test } from 'vitest';
import { Scoreboard } from './scoreboard.mjs';

test('the last line sums up every stage, a check as one', async () => {
  const scores = new Scoreboard();
  await scores.stage('format', () => Promise.resolve());
  await scores.stage('unit', () => Promise.resolve({ passed: 7, failed: 2 }));
  expect(scores.summary(Date.now()).trimEnd().split('\n').at(-1)).toBe('8 passed, 2 failed');
});

test('the summary names what failed, and says how many more there were', async () => {
  const scores = new Scoreboard();
  const names = Array.from({ length: 42 }, (_, index) => `test ${String(index + 1)}`);
  await scores.stage('unit', () => Promise.resolve({ passed: 7, failed: 42, names }));
  const lines = scores.summary(Date.now()).split('\n');
  expect(lines).toContain('    ✗ test 40');
  expect(lines).not.toContain('    ✗ test 41');
  expect(lines).toContain('    … and 2 more');
});

test('a stage that throws, and one in which nothing ran, have failed', async () => {
  const scores = new Scoreboard();
  expect(await scores.stage('lint', () => Promise.reject(new Error('refused')))).toBe(false);
  expect(await scores.stage('journeys', () => Promise.resolve({ passed: 0, failed: 0 }))).toBe(false);
  expect([scores.passed, scores.failed]).toEqual([0, 2]);
});

test('after the end nothing more begins, and what was cut off is not counted twice', async () => {
  const scores = new Scoreboard();
  const cutOff = scores.stage('journeys', async () => {
    scores.close();
    scores.fail('interrupted');
    throw new Error('ended by a signal');
  });
  expect(await cutOff).toBe(false);
  expect(await scores.stage('books', () => Promise.resolve())).toBe(false);
  expect([scores.passed, scores.failed]).toEqual([0, 1]);
});
