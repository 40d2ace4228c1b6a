import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDatabase } from './up/database.mjs';
import { embeddedParts, givenSettings } from './up/environment.mjs';
import { explain, Halt } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { claimFolder, folderHolder } from './up/lock.mjs';
import { dataFolder, pinnedNode, root } from './up/paths.mjs';
import { rememberedPorts } from './up/ports.mjs';
import { startPostgres } from './up/postgres.mjs';
import { logFile } from './up/processes.mjs';
import { settingsFile } from './up/product.mjs';
import { commandLine } from './up/process-table.mjs';
import { endRunningCommands, run } from './up/run.mjs';
import { readSecrets } from './up/secrets.mjs';

/**
 * Runs one of the product's commands with the settings of this clone: `node scripts/command.mjs <file.ts> [arguments]`.
 * Uses the database of a running `up`; otherwise starts the embedded one for as long as the command takes.
 */
async function main([file, ...args]) {
  const interruption = new Interruption();
  requireNode();
  if (file === undefined || !existsSync(join(root, file))) throw new Halt(`There is no command ${String(file)}.`);
  if (!existsSync(settingsFile(dataFolder)))
    throw new Halt('There is no data in this folder yet. Start it once: npm run up');
  await installDependencies();
  await generateClient();
  const given = givenSettings();
  const env = { ...JSON.parse(readFileSync(settingsFile(dataFolder), 'utf8')), ...given };
  // The address for migrations that the settings remember is one of the embedded database.
  if (!embeddedParts(given).database && given.DATABASE_MIGRATION_URL === undefined) delete env.DATABASE_MIGRATION_URL;
  const isServed = isUpRunning() || !embeddedParts(given).database;
  const work = isServed
    ? execute([file, ...args], env)
    : withDatabase((urls) => (interruption.isRequested ? { code: 1 } : execute([file, ...args], { ...env, ...urls })));
  // Whatever was started is ended before this process is: a server left behind would hold its port.
  await interruption.orEndOf(work).catch(endRunningCommands);
  process.exitCode = (await work).code;
}

/** Whether an `up` holds the data; another command's database may not be ready, and ends with that command. */
function isUpRunning() {
  const holder = folderHolder(dataFolder);
  return holder !== null && /scripts[/\\]up\.mjs/.test(commandLine(holder));
}

function execute(args, env) {
  return run(pinnedNode, args, { cwd: root, env, show: true });
}

async function withDatabase(work) {
  const release = claimFolder(dataFolder, 'Try again when it is done.');
  const secrets = readSecrets(dataFolder);
  const { postgres: port } = await rememberedPorts(dataFolder, ['postgres']);
  const password = secrets.postgresSuperuserPassword;
  const postgres = await startPostgres({ folder: dataFolder, port, password, log: logFile(dataFolder, 'postgres') });
  try {
    return await work(await prepareDatabase(postgres, secrets.postgresApplicationPassword));
  } finally {
    await postgres.stop();
    release();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
