export interface PostgresOptions {
  folder: string;
  port: number;
  /** The superuser's. */
  password: string;
  /** Path of the log file. */
  log: string;
  /** No durability, for tests. */
  isThrowaway?: boolean;
  connectionsMax?: number;
}

export interface RunningPostgres {
  /** Of the process that all others of the server are children of. */
  readonly pid: number;
  superuserUrl(database: string): string;
  stop(): Promise<void>;
}

export function startPostgres(options: PostgresOptions): Promise<RunningPostgres>;
