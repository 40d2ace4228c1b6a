import { PgBoss } from 'pg-boss';
import { log } from './log.ts';

/** Work that happens on a schedule. The handler must be idempotent: it may run twice. */
export interface ScheduledJob {
  name: string;
  /** Five cron fields, UTC. */
  cron: string;
  handle: () => Promise<unknown>;
  /** After so long it counts as failed and is tried again. Default 900. */
  secondsMax?: number;
}

export interface JobRunner {
  start(jobs: readonly ScheduledJob[]): Promise<void>;
  stop(): Promise<void>;
}

const retryLimit = 5;
const secondsMaxUsual = 900;
const deadLetterQueue = 'dead-letter';

/** pg-boss on the application's own database; its schema is installed by the migrations. */
export function createJobRunner(databaseUrl: string): JobRunner {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    options: '-c role=cascade_app',
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    max: 3,
    application_name: 'cascade-jobs',
  });
  boss.on('error', (error) => {
    log().warn({ err: error }, 'the job queue met an error and goes on');
  });
  return {
    start: async (jobs) => {
      await boss.start();
      await boss.createQueue(deadLetterQueue, { retentionSeconds: 30 * 86_400 });
      for (const job of jobs) await schedule(boss, job);
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
}

async function schedule(boss: PgBoss, job: ScheduledJob): Promise<void> {
  const queue = {
    retryLimit,
    retryBackoff: true,
    retryDelay: 5,
    deadLetter: deadLetterQueue,
    policy: 'short',
  } as const;
  await boss.createQueue(job.name, queue);
  // A queue of an earlier start keeps its settings otherwise.
  await boss.updateQueue(job.name, { expireInSeconds: job.secondsMax ?? secondsMaxUsual });
  await boss.schedule(job.name, job.cron, null, { tz: 'UTC' });
  await boss.work(job.name, { batchSize: 1, pollingIntervalSeconds: 5 }, () => runLogged(job));
}

/** The queue keeps a failure to itself and tries again; whoever reads the log shall know of it too. */
async function runLogged(job: ScheduledJob): Promise<unknown> {
  try {
    return await job.handle();
  } catch (error) {
    log().error({ err: error, job: job.name }, 'a job failed and will be tried again');
    throw error;
  }
}
