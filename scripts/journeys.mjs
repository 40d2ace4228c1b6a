import { join } from 'node:path';
import { findChromium } from './test/chromium.mjs';
import { checkBooks, runJourneys, startAllForJourneys, stopAll } from './test/journeys.mjs';
import { buildForTests } from './up/build.mjs';
import { removeDataFolder } from './up/data-folder.mjs';
import { settingsForTests } from './up/environment.mjs';
import { explain } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { dataFolder } from './up/paths.mjs';
import { endRunningCommands } from './up/run.mjs';

/** Only the journeys: `npm run journeys -- wallet --headed` passes everything on to Playwright. */
async function main() {
  requireNode();
  const interruption = new Interruption();
  const folder = join(dataFolder, 'tests', String(process.pid));
  const started = [];
  try {
    await installDependencies();
    await generateClient();
    const chromium = await findChromium(process.env.CHROMIUM_PATH);
    await startAllForJourneys(started, { folder, given: settingsForTests(), build: buildForTests() });
    const journeys = runJourneys(started, { folder, chromium, args: process.argv.slice(2) });
    const { passed, failed } = await interruption.orEndOf(journeys);
    await checkBooks(started);
    process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  } finally {
    endRunningCommands();
    await stopAll(started);
    if (process.exitCode === 0) await removeDataFolder(folder);
  }
}

await main();
