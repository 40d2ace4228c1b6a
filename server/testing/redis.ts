import { spawn, type ChildProcess } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './cluster.ts';

/** A Redis server of a test's own, which it can stop and hang. */
export interface TestRedis {
  url: string;
  /** It takes connections and commands, and answers none. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** A new server, empty, at the same address. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestRedis(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${String(port)}`;
  let server = await launch(port, url);
  const kill = async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await onceEvent(server, 'exit');
  };
  return {
    url,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    kill,
    start: async () => {
      server = await launch(port, url);
    },
    stop: kill,
  };
}

async function launch(port: number, url: string): Promise<ChildProcess> {
  const options = ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];
  const server = spawn('redis-server', options);
  const probe = new Redis(url, { retryStrategy: () => 20 });
  probe.on('error', () => undefined);
  await probe.ping();
  probe.disconnect();
  return server;
}
