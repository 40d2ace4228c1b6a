import { checkLedger, type Finding, type LedgerReport } from '#server/ledger/checker.ts';
import { createDatabase } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';

/** `npm run ledger:check`: prints every finding, then one line of JSON. Exits with 1 when the books are wrong. */
async function main(): Promise<void> {
  const database = createDatabase(env().DATABASE_URL);
  try {
    const started = performance.now();
    const report = await checkLedger(database.client);
    for (const finding of report.findings) print(lineOf(finding));
    print(report.ok ? 'The books are in order.' : 'The books are WRONG.');
    print(summaryOf(report, Math.ceil(performance.now() - started)));
    process.exitCode = report.ok ? 0 : 1;
  } finally {
    await database.close();
  }
}

function lineOf(finding: Finding): string {
  const times = finding.count === 1n ? 'once' : `${finding.count.toString()} times, first`;
  return `${finding.severity} ${finding.check} (${times}): ${finding.place}: expected ${finding.expected}, found ${finding.actual}`;
}

function summaryOf(report: LedgerReport, milliseconds: number): string {
  const severities = report.findings.map((finding) => finding.severity);
  const hard = severities.filter((severity) => severity === 'hard').length;
  const figures = Object.entries(report.figures).map(([name, figure]: [string, bigint]) => [name, figure.toString()]);
  return JSON.stringify({
    ok: report.ok,
    hard,
    soft: severities.length - hard,
    milliseconds,
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
