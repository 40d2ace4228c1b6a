import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the repository: `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

/** One place that breaks a rule, and what to do about it. */
export interface Violation {
  path: string;
  /** 1 is the first line. */
  line: number;
  message: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['app', 'components', 'server', 'prisma', 'e2e', 'scripts'];
const notOurs = /^(prisma\/generated|.*\/node_modules)(\/|$)/;
const readable = /\.(ts|tsx|mjs|css|json|prisma|sql|md)$/;

/** Every text file of the product, and the files at the root. */
export function repositoryFiles(): SourceFile[] {
  const atRoot = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = [...atRoot.map((entry) => entry.name), ...folders.flatMap((folder) => pathsUnder(folder))];
  return paths
    .filter((path) => readable.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function pathsUnder(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (notOurs.test(path)) return [];
    return entry.isDirectory() ? pathsUnder(path) : [path];
  });
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('e2e/');
}

export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/** For messages of failing tests: one line per violation. */
export function describeViolations(violations: readonly Violation[]): string[] {
  return violations.map(({ path, line, message }) => `${path}:${String(line)} ${message}`);
}
