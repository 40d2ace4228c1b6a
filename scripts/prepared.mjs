import { explain } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { pinnedNode, root } from './up/paths.mjs';
import { endRunningCommands, run } from './up/run.mjs';

/**
 * Runs benchmarks and proofs, which make databases of their own: `node scripts/prepared.mjs <file.ts> [options] [<file.ts> …]`.
 * One after the other, whatever became of those before; fails when any failed.
 */
async function main(args) {
  requireNode();
  await installDependencies();
  await generateClient();
  const interruption = new Interruption();
  for (const command of commandsOf(args)) {
    if (interruption.isRequested) break;
    const work = run(pinnedNode, command, { cwd: root, show: true });
    // It removes its database before it ends, so its end is waited for in any case.
    await interruption.orEndOf(work).catch(endRunningCommands);
    const { code } = await work;
    if (code !== 0) process.exitCode = code;
  }
}

/** Every file begins a command. */
function commandsOf(args) {
  const commands = [];
  for (const arg of args) {
    if (arg.endsWith('.ts')) commands.push([arg]);
    else commands.at(-1)?.push(arg);
  }
  return commands;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
