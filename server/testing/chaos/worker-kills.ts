import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ChaosWorld } from './chaos-world.ts';

/** So many events arrive in the life of a real worker that is told to begin. */
const arrivalsOfLife = 40;

/** Starts the product's real worker on the same database and kills it with signal 9, again and again; says how often. */
export async function killWorkers(
  world: ChaosWorld,
  { rounds, isOver }: { rounds: number; isOver: () => boolean },
): Promise<number> {
  let kills = 0;
  while (kills < rounds && !isOver()) {
    const worker = startWorker(world);
    await isRunning(worker);
    const until = world.door.accepted + arrivalsOfLife;
    while (!isOver() && world.door.accepted < until) await world.door.next();
    const ended = once(worker, 'exit');
    worker.kill('SIGKILL');
    await ended;
    kills += 1;
  }
  return kills;
}

function startWorker({ bridge, deps }: ChaosWorld): ChildProcess {
  return spawn(process.execPath, ['server/worker.ts'], {
    env: {
      NODE_ENV: 'test',
      CASCADE_MODE: 'sandbox',
      APP_URL: deps.appUrl,
      DATABASE_URL: bridge.database.adminUrl,
      CASCADE_SECRET: deps.secret,
      STRIPE_SECRET_KEY: 'sk_test_bridge',
      STRIPE_API_URL: bridge.sandbox.url,
      VENICE_ISSUER: 'http://127.0.0.1:9',
      VENICE_CLIENT_ID: 'cascade',
      VENICE_CLIENT_SECRET: 'secret',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves when the worker says that it runs; rejects when it ends before. */
async function isRunning(worker: ChildProcess): Promise<void> {
  if (worker.stdout === null) throw new Error('the worker has no output');
  const lines = createInterface({ input: worker.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('the worker runs')) resolve();
    });
    worker.once('exit', (code) => {
      reject(new Error(`the worker ended with ${String(code)} before it ran`));
    });
  });
}
