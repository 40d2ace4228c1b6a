import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const tailLinesMax = 25;
const outputCharactersMax = 20_000_000;
const running = new Set();

/** Ends the commands that are still running, when the whole is to stop. */
export function endRunningCommands() {
  for (const child of running) child.kill('SIGTERM');
}

/**
 * Runs a command to its end. Its output goes to `logFile` when given and is returned.
 * Options: `cwd`, `env`, `logFile`, `onLine(line)`, `uid`, `gid`, `show` (copies output to the terminal).
 * Resolves with `{ code, output }`; a missing program is code 127.
 */
export function run(command, args, options = {}) {
  const { logFile, onLine, show = false, ...spawnOptions } = options;
  const log = logFile === undefined ? null : openLog(logFile);
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    const take = (chunk) => {
      const text = chunk.toString('utf8');
      if (output.length < outputCharactersMax) output += text;
      log?.write(text);
      if (show) process.stdout.write(text);
      if (onLine) for (const line of text.split('\n')) if (line.trim() !== '') onLine(line.trim());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const finish = (code) => {
      running.delete(child);
      log?.end();
      resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(error.code === 'ENOENT' ? 127 : 1);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  return createWriteStream(path);
}

/** The last lines of an output, to show why something failed. */
export function tail(output, linesMax = tailLinesMax) {
  return output.trimEnd().split('\n').slice(-linesMax).join('\n');
}
