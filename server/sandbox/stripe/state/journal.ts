import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface Change {
  kind: string;
  id: string;
  account: string;
  value: unknown;
}

const journalChangesMin = 50_000;

/**
 * Keeps changes on disk. All changes of one request or one due task are one line, written before the answer
 * goes out, so that a killed process has either all of them or none; a torn last line is ignored. Once the
 * journal is longer than the state, the state is written anew and swapped in by an atomic rename.
 */
export class Journal {
  readonly #directory: string;
  #file: number | undefined;
  #changes = 0;
  #generation = 0;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Hands over everything that was kept, in order. */
  replay(apply: (change: Change) => void): void {
    const statePath = join(this.#directory, 'state.jsonl');
    if (existsSync(statePath)) {
      const lines = readFileSync(statePath, 'utf8').split('\n');
      this.#generation = generationOf(lines[0]);
      for (const line of lines) for (const change of changesOf(line)) apply(change);
    }
    const journalPath = this.#journalPath();
    if (!existsSync(journalPath)) return;
    for (const line of readFileSync(journalPath, 'utf8').split('\n'))
      for (const change of changesOf(line)) apply(change);
  }

  append(changes: readonly Change[]): void {
    this.#file ??= openSync(this.#journalPath(), 'a');
    writeSync(this.#file, `${JSON.stringify(changes)}\n`);
    this.#changes += changes.length;
  }

  isLongerThan(records: number): boolean {
    return this.#changes > Math.max(journalChangesMin, records);
  }

  /** The journal belongs to a generation of the state, so a kill between the two files loses nothing. */
  rewrite(state: Iterable<Change>): void {
    const target = join(this.#directory, 'state.jsonl');
    const file = openSync(`${target}.new`, 'w');
    writeSync(file, `${JSON.stringify({ generation: this.#generation + 1 })}\n`);
    for (const change of state) writeSync(file, `${JSON.stringify([change])}\n`);
    closeSync(file);
    this.close();
    const old = this.#journalPath();
    writeFileSync(this.#journalPath(this.#generation + 1), '');
    renameSync(`${target}.new`, target);
    this.#generation += 1;
    this.#changes = 0;
    rmSync(old, { force: true });
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #journalPath(generation = this.#generation): string {
    return join(this.#directory, `journal-${String(generation % 2)}.jsonl`);
  }
}

function generationOf(head: string | undefined): number {
  const parsed: unknown = parseLine(head ?? '');
  const generation = typeof parsed === 'object' && parsed !== null && 'generation' in parsed ? parsed.generation : 0;
  return typeof generation === 'number' ? generation : 0;
}

function changesOf(line: string): Change[] {
  const parsed = parseLine(line);
  return Array.isArray(parsed) ? (parsed as Change[]) : [];
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
