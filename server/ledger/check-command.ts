import { parseArgs } from 'node:util';
import { runCheck, type CheckRun } from '#server/ledger/check-runs.ts';
import type { Finding } from '#server/ledger/checker.ts';
import { createDatabase } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';

/**
 * `npm run ledger:check`: reads the books, or with `-- --incremental` what came since the last good point, and keeps
 * the result. Prints every finding, then one line of JSON. Exits with 1 when the books are wrong; it stops nothing.
 */
async function main(): Promise<void> {
  const database = createDatabase(env().DATABASE_URL);
  try {
    const { values } = parseArgs({ options: { incremental: { type: 'boolean', default: false } } });
    const kind = values.incremental ? 'incremental' : 'full';
    const report = await database.inSnapshot((tx) => runCheck(tx, kind), { isLong: true });
    for (const finding of report.findings) print(lineOf(finding));
    print(report.ok ? 'The books are in order.' : 'The books are WRONG.');
    print(summaryOf(report));
    process.exitCode = report.ok ? 0 : 1;
  } finally {
    await database.close();
  }
}

function lineOf(finding: Finding): string {
  const times = finding.count === 1n ? 'once' : `${finding.count.toString()} times, first`;
  return `${finding.severity} ${finding.check} (${times}): ${finding.place}: expected ${finding.expected}, found ${finding.actual}`;
}

function summaryOf(report: CheckRun): string {
  const severities = report.findings.map((finding) => finding.severity);
  const hard = severities.filter((severity) => severity === 'hard').length;
  const figures = Object.entries(report.figures).map(([name, figure]: [string, bigint]) => [name, figure.toString()]);
  return JSON.stringify({
    ok: report.ok,
    hard,
    soft: severities.length - hard,
    kind: report.kind,
    milliseconds: report.finishedAt.getTime() - report.startedAt.getTime(),
    figures: Object.fromEntries(figures) as Record<string, string>,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
