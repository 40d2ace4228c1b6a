import { readArguments, readPort } from './up/arguments.mjs';
import { banner } from './up/banner.mjs';
import { emptyDataFolder } from './up/data-folder.mjs';
import { givenSettings } from './up/environment.mjs';
import { explain, Halt, withPermissionSentence } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { claimFolder } from './up/lock.mjs';
import { dataFolder } from './up/paths.mjs';
import { isPortFree } from './up/ports.mjs';
import { endLeftovers } from './up/processes.mjs';
import { Product } from './up/product.mjs';
import { secondsSince } from './up/progress.mjs';
import { endRunningCommands } from './up/run.mjs';

const usualPort = '3000';

async function main() {
  const startedAt = Date.now();
  requireNode();
  const options = readArguments(process.argv.slice(2));
  const given = givenSettings();
  const port = options.port ?? readPort(given.PORT ?? usualPort, 'PORT');
  const release = claimFolder(dataFolder, 'Stop it first, or use the one that runs.');
  const interruption = new Interruption();
  let product = null;
  try {
    await endLeftovers(dataFolder);
    await requireFreePort(port, given.HOST);
    if (options.isFresh) await emptyDataFolder(dataFolder);
    await interruption.orEndOf(installDependencies());
    await interruption.orEndOf(generateClient());
    product = new Product({ folder: dataFolder, port, given, isDev: options.isDev });
    interruption.onImpatience(() => product.kill());
    const running = await interruption.orEndOf(product.start());
    process.stdout.write(`${banner(running, { seconds: secondsSince(startedAt) })}\n`);
    await interruption.orEndOf(product.failed);
  } catch (error) {
    if (!interruption.isRequested) {
      process.exitCode = 1;
      explain(withPermissionSentence(error, dataFolder));
    }
  } finally {
    process.stdout.write(interruption.isRequested ? '\nStopping …\n' : '');
    endRunningCommands();
    await product?.stop();
    release();
    process.stdout.write(interruption.isRequested ? 'Stopped. The data stays in .cascade.\n' : '');
  }
}

async function requireFreePort(port, host) {
  if ((await isPortFree(port)) && (host === undefined || (await isPortFree(port, host)))) return;
  throw new Halt(
    `Port ${String(port)} is taken by another program. Stop that, or choose another: npm run up -- --port ${String(port + 1)}`,
  );
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
