import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { Halt } from './halt.mjs';
import { folderHolder } from './lock.mjs';
import { dataFolder, pinnedNode, root } from './paths.mjs';
import { step } from './progress.mjs';
import { run, tail } from './run.mjs';

const sources = [
  'app',
  'components',
  'public',
  'server',
  'prisma/schema',
  'package-lock.json',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
];
const notBuilt = /(\.test\.tsx?|\.md)$|^server\/(testing|sandbox|decisions)(\/|$)/;

/** The folder of the build that `up` serves, and of the one that tests use when `up` is busy serving another. */
export const usualBuild = '.next';
const spareBuild = '.next-test';

/**
 * Builds the pages into `folder` (a name inside the clone) when their sources changed since its last build.
 * `env` are the settings of the product.
 */
export async function buildPages(env, folder = usualBuild) {
  const wanted = sourceFingerprint();
  if (isBuilt(folder, wanted)) return;
  rmSync(markFile(folder), { force: true });
  await step('building the pages', async (note) => {
    const next = join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
    const { code, output } = await run(pinnedNode, [next, 'build'], {
      cwd: root,
      env: {
        ...env,
        CASCADE_BUILD_FOLDER: folder,
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        CI: '1',
        NO_COLOR: '1',
      },
      logFile: join(dataFolder, 'logs', 'build.log'),
      onLine: (line) => note(line.replace(/^[^\p{L}]+/u, '').slice(0, 50)),
    });
    note('');
    if (code !== 0)
      throw new Halt(`The build failed; all of its output is in .cascade/logs/build.log:\n${tail(output)}`);
  });
  writeFileSync(markFile(folder), `${wanted}\n`);
}

/** The folder for a build of tests: a running `up` keeps the build it serves, so newer sources are built beside it. */
export function buildForTests() {
  const isServed = folderHolder(dataFolder) !== null;
  return isServed && !isBuilt(usualBuild, sourceFingerprint()) ? spareBuild : usualBuild;
}

function isBuilt(folder, wanted) {
  if (!existsSync(join(root, folder, 'BUILD_ID')) || !existsSync(markFile(folder))) return false;
  return readFileSync(markFile(folder), 'utf8').trim() === wanted;
}

/** Says what a finished build was made of; an interrupted build has none. */
function markFile(folder) {
  return join(root, folder, 'cascade-sources');
}

function sourceFingerprint() {
  return contentHash(root, sources, (path) => notBuilt.test(path));
}
