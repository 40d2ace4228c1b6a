import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const pollMs = 50;

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isZombie(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .startsWith('Z');
  } catch {
    return false;
  }
}

/** The command line of a process, or '' when it cannot be read. */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return process.platform === 'linux' ? '' : commandLineByPs(pid);
  }
}

function commandLineByPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** Resolves true when the process is gone within `timeoutMs`. */
export async function waitForExit(pid, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await pause(pollMs);
  }
  return true;
}

/** Sends a signal; a process that is already gone is fine. */
export function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Asks a process to end, then forces it after `graceMs`. */
export async function endProcess(pid, graceMs, signal = 'SIGTERM') {
  if (!isAlive(pid)) return;
  signalProcess(pid, signal);
  if (await waitForExit(pid, graceMs)) return;
  signalProcess(pid, 'SIGKILL');
  await waitForExit(pid, 5_000);
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
