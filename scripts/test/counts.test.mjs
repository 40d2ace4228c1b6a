import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countJourneys } from './journeys.mjs';
import { root } from '../up/paths.mjs';
import { countUnit } from './unit.mjs';

const unit = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const failedTest = {
  status: 'failed',
  fullName: 'it adds up',
  failureMessages: ['\u001B[31mAssertionError: 1 is not 2\u001B[39m\n    at …'],
};
const inFile = (assertionResults) => ({ name: join(root, 'server', 'a.test.ts'), assertionResults });

describe('the count of the unit tests', () => {
  test.each([
    { what: 'all green', report: unit, code: 0, expected: { passed: 3, failed: 0, names: [] } },
    {
      what: 'a failed test',
      report: { ...unit, numFailedTests: 1, testResults: [inFile([failedTest])] },
      code: 1,
      expected: { passed: 3, failed: 1, names: ['server/a.test.ts · it adds up · AssertionError: 1 is not 2'] },
    },
    {
      what: 'a skipped test',
      report: { ...unit, numPendingTests: 1, testResults: [inFile([{ status: 'pending', fullName: 'it waits' }])] },
      code: 0,
      expected: { passed: 3, failed: 1, names: ['server/a.test.ts · it waits'] },
    },
    {
      what: 'a file that does not load',
      report: { ...unit, testResults: [{ ...inFile([]), status: 'failed', message: 'no such module\n  at …' }] },
      code: 1,
      expected: { passed: 3, failed: 1, names: ['server/a.test.ts · does not load · no such module'] },
    },
    {
      what: 'an error outside every test',
      report: unit,
      code: 1,
      expected: { passed: 3, failed: 1, names: ['an error outside every test'] },
    },
    { what: 'no report', report: null, code: 1, expected: { passed: 0, failed: 1, names: ['no report was written'] } },
  ])('$what', ({ report, code, expected }) => {
    expect(countUnit(report, code)).toEqual(expected);
  });
});

const journeys = { stats: { expected: 5, unexpected: 0, flaky: 0, skipped: 0 }, errors: [] };

describe('the count of the journeys', () => {
  test.each([
    { what: 'all green', report: journeys, code: 0, expected: { passed: 5, failed: 0 } },
    {
      what: 'a failed journey',
      report: { ...journeys, stats: { expected: 4, unexpected: 1, flaky: 0, skipped: 0 } },
      code: 1,
      expected: { passed: 4, failed: 1 },
    },
    {
      what: 'a flaky journey',
      report: { ...journeys, stats: { expected: 4, unexpected: 0, flaky: 1, skipped: 0 } },
      code: 0,
      expected: { passed: 4, failed: 1 },
    },
    {
      what: 'a skipped journey',
      report: { ...journeys, stats: { expected: 4, unexpected: 0, flaky: 0, skipped: 1 } },
      code: 0,
      expected: { passed: 4, failed: 1 },
    },
    {
      what: 'a file that does not load',
      report: { ...journeys, errors: [{ message: 'SyntaxError' }] },
      code: 1,
      expected: { passed: 5, failed: 1 },
    },
    { what: 'no report', report: null, code: 1, expected: { passed: 0, failed: 1 } },
  ])('$what', ({ report, code, expected }) => {
    expect(countJourneys(report, code)).toEqual(expected);
  });
});
