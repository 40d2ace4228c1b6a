export interface PostgresOptions {
  folder: string;
  port: number;
  /** The superuser's. */
  password: string;
  /** Path of the log file. */
  log: string;
  /** No durability, for tests. */
  isThrowaway?: boolean;
  /** PostgreSQL's own, by name, over the usual ones. */
  settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  /** Of the process that all others of the server are children of. */
  readonly pid: number;
  /** Where its data lies. */
  readonly cluster: string;
  superuserUrl(database: string): string;
  stop(): Promise<void>;
  /** Tells it to end at once, without a checkpoint, and does not wait for that. */
  kill(): void;
}

export function startPostgres(options: PostgresOptions): Promise<RunningPostgres>;
