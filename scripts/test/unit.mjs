import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

/** A run that ends badly, a file that cannot be loaded and a skipped test are failures although no test failed. */
export function countUnit(report, code) {
  if (report === null) return { passed: 0, failed: 1 };
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + skipped + brokenFiles.length;
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
}
