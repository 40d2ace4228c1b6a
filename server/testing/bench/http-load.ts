import { readFileSync } from 'node:fs';
import { type Agent, request as httpRequest } from 'node:http';

export interface LoadTarget {
  port: number;
  agent: Agent;
  /** A status that is no failure besides success. */
  alsoFine?: number;
}

export interface LoadResult {
  /** Milliseconds of each request. */
  times: number[];
  seconds: number;
  /** How many were answered with the status that is fine besides success. */
  refused: number;
}

/** Asks for paths in turns, so many at once, until `count` answers are there. Rejects when one is not a success. */
export async function load(
  target: LoadTarget,
  what: { paths: readonly string[]; count: number; atOnce: number },
): Promise<LoadResult> {
  const times: number[] = [];
  let [next, refused] = [0, 0];
  const startedAt = performance.now();
  const caller = async () => {
    while (next < what.count) {
      const path = what.paths[next % what.paths.length] ?? '/';
      next += 1;
      const started = performance.now();
      if ((await ask(target, path)) === null) refused += 1;
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: what.atOnce }, caller));
  return { times, seconds: (performance.now() - startedAt) / 1_000, refused };
}

/** The answer to a request; null for one with the status that is fine as well. Rejects on any other. */
export function ask({ port, agent, alsoFine }: LoadTarget, path: string, body?: Buffer): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'PUT';
    const asked = httpRequest({ port, agent, path, method, host: '127.0.0.1' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else if (response.statusCode === alsoFine) resolve(null);
        else reject(new Error(`${path} answered ${String(response.statusCode)}: ${answer.toString().slice(0, 300)}`));
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

const ticksPerSecond = 100;

/** Seconds of processor time that processes have used by now; those that have ended count as nothing. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + secondsOf(pid), 0);
}

function secondsOf(pid: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return 0; // ended, or no such file on this system
  }
  // The name in brackets may hold blanks; behind it user and system time are the 12th and 13th.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
