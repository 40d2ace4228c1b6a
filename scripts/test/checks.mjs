import { join } from 'node:path';
import { Halt } from '../up/halt.mjs';
import { pinnedNode, root } from '../up/paths.mjs';
import { run } from '../up/run.mjs';

const program = (...path) => join(root, 'node_modules', ...path);

/** Runs one installed program by the pinned Node; throws when it is not content. Its output is shown. */
async function check(path, args, { env, complaint }) {
  const { code, output } = await run(pinnedNode, [path, ...args], { cwd: root, env });
  if (code === 0) return;
  process.stdout.write(output);
  throw new Halt(complaint);
}

export async function checkFormat(env) {
  await check(program('prettier', 'bin', 'prettier.cjs'), ['--check', '--log-level', 'warn', '.'], {
    env,
    complaint: 'Some files are not formatted. Run: npm run format',
  });
}

export async function checkLint(env) {
  await check(program('eslint', 'bin', 'eslint.js'), ['--max-warnings', '0', '.'], {
    env,
    complaint: 'The linter refuses.',
  });
}

/** Next writes the types of pages and routes, so that links and parameters are checked too. Lint reads them as well. */
export async function writeRouteTypes(env) {
  await check(program('next', 'dist', 'bin', 'next'), ['typegen'], {
    env,
    complaint: 'Next could not write the types of the routes.',
  });
}

export async function checkTypes(env) {
  await check(program('typescript', 'bin', 'tsc'), ['--noEmit', '-p', '.'], {
    env,
    complaint: 'The types do not fit.',
  });
}
