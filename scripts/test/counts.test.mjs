import { describe, expect, test } from 'vitest';
import { countJourneys } from './journeys.mjs';
import { countUnit } from './unit.mjs';

const unit = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

describe('the count of the unit tests', () => {
  test.each([
    { what: 'all green', report: unit, code: 0, expected: { passed: 3, failed: 0 } },
    { what: 'a failed test', report: { ...unit, numFailedTests: 1 }, code: 1, expected: { passed: 3, failed: 1 } },
    { what: 'a skipped test', report: { ...unit, numPendingTests: 1 }, code: 0, expected: { passed: 3, failed: 1 } },
    {
      what: 'a file that does not load',
      report: { ...unit, testResults: [{ status: 'failed', assertionResults: [] }] },
      code: 1,
      expected: { passed: 3, failed: 1 },
    },
    { what: 'an error outside every test', report: unit, code: 1, expected: { passed: 3, failed: 1 } },
    { what: 'no report', report: null, code: 1, expected: { passed: 0, failed: 1 } },
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
