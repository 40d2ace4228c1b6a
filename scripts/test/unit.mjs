import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { pinnedNode, root } from '../up/paths.mjs';
import { run } from '../up/run.mjs';

/** Unit, integration and architecture tests on a PostgreSQL of their own. Resolves with their counts. */
export async function runUnitTests(env, folder) {
  mkdirSync(folder, { recursive: true });
  const report = join(folder, 'unit.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--config', 'server/testing/vitest.config.ts', '--reporter', 'default', '--reporter', 'json'];
  const { code } = await run(pinnedNode, [vitest, ...args, `--outputFile.json=${report}`], {
    cwd: root,
    env,
    show: true,
  });
  return countUnit(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null, code);
}

/**
 * A run that ends badly, a file that cannot be loaded and a skipped test are failures although no test failed.
 * `names` says which, for the summary: the output of a long run is often read from its end.
 */
export function countUnit(report, code) {
  if (report === null) return { passed: 0, failed: 1, names: ['no report was written'] };
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + skipped + brokenFiles.length;
  if (failed === 0 && code !== 0) return { passed, failed: 1, names: ['an error outside every test'] };
  return { passed, failed, names: namesOfFailures(report, brokenFiles) };
}

function namesOfFailures(report, brokenFiles) {
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed')
      .map(({ fullName, failureMessages }) => [relative(root, name), fullName, firstLine(failureMessages?.[0])]),
  );
  const files = brokenFiles.map(({ name, message }) => [relative(root, name), 'does not load', firstLine(message)]);
  return [...files, ...tests].map((parts) => parts.filter((part) => part !== '').join(' · '));
}

function firstLine(text) {
  return stripVTControlCharacters(text ?? '')
    .split('\n', 1)[0]
    .slice(0, 200);
}
