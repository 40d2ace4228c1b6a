import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

export interface FailedTest {
  file: string;
  name: string;
  /** How what failed says it, cut short. */
  reason: string;
}

const reasonLengthMax = 400;

/** Prints what proofs say while they run, and gathers what they measured and which of them failed. */
export class ProgressReporter implements Reporter {
  readonly figures: Record<string, number> = {};
  readonly failed: FailedTest[] = [];
  passed = 0;
  /** Test files that were run. */
  files = 0;
  private readonly isQuiet: boolean;
  private readonly started = performance.now();

  constructor({ isQuiet = false }: { isQuiet?: boolean } = {}) {
    this.isQuiet = isQuiet;
  }

  onTestModuleStart(module: TestModule): void {
    this.say(`${module.relativeModuleId} begins`);
  }

  onTestCaseAnnotate(_test: TestCase, annotation: { message: string }): void {
    this.say(`  ${annotation.message}`);
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    const file = test.module.relativeModuleId;
    this.say(`${state}: ${file}: ${test.fullName}`);
    if (state === 'passed') this.passed += 1;
    else this.failed.push({ file, name: test.fullName, reason: reasonOf(errors?.[0]) });
    for (const error of errors ?? []) this.say(textOf(error));
    for (const [name, figure] of Object.entries(test.meta().figures ?? {})) {
      this.figures[name] = (this.figures[name] ?? 0) + figure;
    }
  }

  /** A file that cannot even be loaded has no test that could fail. */
  onTestModuleEnd(module: TestModule): void {
    const file = module.relativeModuleId;
    this.files += 1;
    for (const error of module.errors()) this.fail(file, error);
  }

  /** What a hook of a group throws is told nowhere else. */
  onTestSuiteResult(suite: TestSuite): void {
    for (const error of suite.errors()) this.fail(suite.module.relativeModuleId, error);
  }

  /** An error outside of every test. */
  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    for (const error of errors) this.fail('no test', error);
  }

  private fail(file: string, error: SerializedError): void {
    this.failed.push({ file, name: 'outside of a test', reason: reasonOf(error) });
    this.say(textOf(error));
  }

  private say(line: string): void {
    if (this.isQuiet) return;
    const seconds = Math.floor((performance.now() - this.started) / 1_000);
    process.stdout.write(`${String(seconds).padStart(5)} s  ${line}\n`);
  }
}

function reasonOf(error: Pick<SerializedError, 'message'> | undefined): string {
  return (error?.message ?? '').slice(0, reasonLengthMax);
}

/** With what it came from: a property that failed only says of which values. */
function textOf(error: Pick<SerializedError, 'message' | 'stack' | 'cause'>): string {
  const { stack, message, cause } = error;
  const text = stack ?? message;
  return cause === undefined ? text : `${text}\n  because of ${textOf(cause)}`;
}
