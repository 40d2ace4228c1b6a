import { explain } from '../up/halt.mjs';
import { secondsSince } from '../up/progress.mjs';

/** Counts what passed and failed over all stages, and prints the seconds of each. */
export class Scoreboard {
  passed = 0;
  failed = 0;
  #stages = [];
  #isClosed = false;

  /**
   * Runs one stage. `work` resolves with `{ passed, failed }` and perhaps the `names` of what failed,
   * or with nothing for a check that counts as one.
   * A stage that throws has failed once. Resolves with whether it was green.
   */
  async stage(name, work) {
    if (this.#isClosed) return false;
    const startedAt = Date.now();
    process.stdout.write(`\n▶ ${name}\n`);
    let result;
    try {
      result = (await work()) ?? { passed: 1, failed: 0 };
      if (result.passed + result.failed === 0) throw new Error(`${name}: not a single test ran`);
    } catch (error) {
      if (this.#isClosed) return false;
      explain(error);
      result = { passed: 0, failed: 1 };
    }
    if (this.#isClosed) return false;
    this.passed += result.passed;
    this.failed += result.failed;
    const seconds = secondsSince(startedAt);
    this.#stages.push({ name, seconds, ...result });
    process.stdout.write(`${line({ name, seconds, ...result })}\n`);
    return result.failed === 0;
  }

  /** Ends the count: what is still running was cut off, and what comes later does not begin. */
  close() {
    this.#isClosed = true;
  }

  /** Counts a failure that belongs to no stage, for instance too little time. */
  fail(sentence) {
    this.failed += 1;
    process.stderr.write(`\n✗ ${sentence}\n`);
  }

  /** The seconds of each stage with what failed in it and, as the last line, the sum. */
  summary(startedAt) {
    const stages = this.#stages.map((stage) => [line(stage), ...failures(stage)].join('\n')).join('\n');
    return `\n${stages}\n  ${secondsSince(startedAt)} s in all\n${String(this.passed)} passed, ${String(this.failed)} failed\n`;
  }
}

const namesMax = 40;

function failures({ failed, names = [] }) {
  if (failed === 0) return [];
  const more = names.length > namesMax ? [`    … and ${String(names.length - namesMax)} more`] : [];
  return [...names.slice(0, namesMax).map((name) => `    ✗ ${name}`), ...more];
}

function line({ name, seconds, passed, failed }) {
  const mark = failed === 0 ? '✓' : '✗';
  const counts = failed === 0 ? `${String(passed)} passed` : `${String(passed)} passed, ${String(failed)} failed`;
  return `${mark} ${name.padEnd(32)} ${seconds.padStart(6)} s  ${counts}`;
}
