import { join } from 'node:path';
import { startForJourneys } from './test/journeys.mjs';
import { buildForTests } from './up/build.mjs';
import { removeDataFolder } from './up/data-folder.mjs';
import { settingsForTests } from './up/environment.mjs';
import { explain } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { dataFolder, pinnedNode, root } from './up/paths.mjs';
import { endRunningCommands, run } from './up/run.mjs';

const command = 'server/testing/races/market-command.ts';

/** `npm run prove:market`: against the product that `--url` names, or against one that is started for it. */
async function main(args) {
  requireNode();
  const interruption = new Interruption();
  await installDependencies();
  await generateClient();
  const prove = (more = []) => run(pinnedNode, [command, ...args, ...more], { cwd: root, show: true });
  const isNamed = args.some((arg) => arg === '--url' || arg.startsWith('--url='));
  const work = isNamed ? prove() : withProduct(prove);
  await interruption.orEndOf(work).catch(endRunningCommands);
  process.exitCode = (await work).code;
}

async function withProduct(prove) {
  const folder = join(dataFolder, 'tests', String(process.pid));
  const started = await startForJourneys({ folder, given: settingsForTests(), build: buildForTests() });
  try {
    const { appUrl, env } = started.running;
    const proof = prove(['--url', appUrl, '--database', env.DATABASE_URL]);
    return await Promise.race([proof, started.product.failed]);
  } finally {
    await started.product.stop();
    await removeDataFolder(folder);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
