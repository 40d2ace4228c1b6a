import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../prisma/migrate.ts';
import { removePostgresData } from '../../../scripts/up/postgres-home.mjs';
import { startPostgres, type RunningPostgres } from '../../../scripts/up/postgres.mjs';
import { freePort, withClient } from '../cluster.ts';

const databaseName = 'mortal';
const exitMsMax = 20_000;
const usualSettings = { max_connections: '60' };

type Settings = Readonly<Record<string, string>>;

/** A durable PostgreSQL of its own, which may be killed as often as one likes. */
export class MortalCluster {
  private readonly folder: string;
  private postgres: RunningPostgres;
  private settingsInForce: Settings = usualSettings;
  private killed: number[] = [];

  private constructor(folder: string, postgres: RunningPostgres) {
    this.folder = folder;
    this.postgres = postgres;
  }

  /** Starts it with all durability that PostgreSQL has, and a migrated database. */
  static async start(): Promise<MortalCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-mortal-'));
    const cluster = new MortalCluster(folder, await launch(folder, usualSettings));
    await withClient(cluster.postgres.superuserUrl('postgres'), (client) =>
      client.query(`CREATE DATABASE ${databaseName}`),
    );
    await migrate({ url: cluster.url, mode: 'sandbox' });
    return cluster;
  }

  /** Starts it again with other settings, which then stay in force. */
  async configure(settings: Settings): Promise<void> {
    this.settingsInForce = { ...usualSettings, ...settings };
    await this.postgres.stop();
    this.postgres = await launch(this.folder, this.settingsInForce);
  }

  /** Puts everything that was committed so far on the disk. */
  async checkpoint(): Promise<void> {
    await withClient(this.url, (client) => client.query('CHECKPOINT'));
  }

  /** Where its database answers; changes with every restart. */
  get url(): string {
    return this.postgres.superuserUrl(databaseName);
  }

  async settings(names: readonly string[]): Promise<Record<string, string>> {
    return withClient(this.url, async (client) => {
      const { rows } = await client.query<{ name: string; setting: string }>(
        'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
        [names],
      );
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    });
  }

  /**
   * `kill -9` of the server and all of its children, in one go and before anything else of this process can happen:
   * nothing is flushed, rolled back or said good-bye to. The parent is stopped first, so that it can neither start new
   * children nor shut down the others when it sees the first one die.
   *
   * It does not lose what the server had handed to the operating system; only a power cut would.
   */
  killNow(): void {
    const { pid } = this.postgres;
    process.kill(pid, 'SIGSTOP');
    this.killed = [...childrenOf(pid), pid];
    for (const process of this.killed) kill(process);
  }

  /** Starts the killed server again on what is left on its disk. */
  async restart(): Promise<void> {
    await untilGone(this.killed);
    this.postgres = await launch(this.folder, this.settingsInForce);
  }

  async remove(): Promise<void> {
    await this.postgres.stop();
    await removePostgresData(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function launch(folder: string, settings: Settings): Promise<RunningPostgres> {
  const log = join(folder, 'postgres.log');
  return startPostgres({ folder, port: await freePort(), password: 'postgres', log, settings });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface ProcessLine {
  pid: number;
  parent: number;
  isZombie: boolean;
}

/** The server's children lead sessions of their own, so its process group does not hold them. */
function childrenOf(pid: number): number[] {
  return processTable().flatMap((line) => (line.parent === pid ? [line.pid] : []));
}

function processTable(): ProcessLine[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
    return lines.map((line) => {
      const [pid = '', parent = '', state = ''] = line.trim().split(/\s+/);
      return processLine({ pid, parent, state });
    });
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = statOf(pid);
      // The name of the program stands in parentheses and may hold anything.
      const [state = '', parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
      return parent === undefined ? [] : [processLine({ pid, parent, state })];
    });
}

function statOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // It ended while the table was read.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function processLine({ pid, parent, state }: Record<'pid' | 'parent' | 'state', string>): ProcessLine {
  return { pid: Number.parseInt(pid, 10), parent: Number.parseInt(parent, 10), isZombie: state.startsWith('Z') };
}

/** The memory that they shared can be taken over once none of them runs any more; that some wait to be buried is fine. */
async function untilGone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + exitMsMax;
  while (processTable().some(({ pid, isZombie }) => pids.includes(pid) && !isZombie)) {
    if (Date.now() > deadline) throw new Error('a killed PostgreSQL is still there');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
