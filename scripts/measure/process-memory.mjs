import { readdirSync, readFileSync } from 'node:fs';

/** The ids of a process and all that it, or its children, started. Linux only. */
export function processTree(rootPid) {
  const childrenOf = new Map();
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const parent = parentOf(pid);
    if (parent !== null) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const collect = (pid) => [pid, ...(childrenOf.get(pid) ?? []).flatMap(collect)];
  return collect(rootPid);
}

function parentOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[1]);
  } catch {
    return null;
  }
}

/** Proportional set size in megabytes (2^20 bytes): shared pages are divided among those who share them. */
export function pssMegabytes(pid) {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? '0';
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}

/** What a process is called, short enough for a table. */
export function shortName(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return words.replaceAll(/\S*\/(?=[^/\s]+)/g, '').slice(0, 60);
  } catch {
    return String(pid);
  }
}
