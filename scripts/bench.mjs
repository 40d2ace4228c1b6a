import { explain } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { pinnedNode, root } from './up/paths.mjs';
import { endRunningCommands, run } from './up/run.mjs';

/** Runs a benchmark on a database of its own: `node scripts/bench.mjs <file.ts> [options]`. */
async function main(args) {
  requireNode();
  await installDependencies();
  await generateClient();
  const interruption = new Interruption();
  const benchmark = run(pinnedNode, args, { cwd: root, show: true });
  // It removes its database before it ends, so its end is waited for in any case.
  await interruption.orEndOf(benchmark).catch(endRunningCommands);
  const { code } = await benchmark;
  process.exitCode = code;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
