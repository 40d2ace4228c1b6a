import { spawn, type ChildProcess } from 'node:child_process';
import { once as happening } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './cluster.ts';

/** A real Redis that keeps nothing on disk, and that a test can take away in several ways. */
export interface TestRedis {
  url: string;
  /** Ends it as a crash would: its connections break and its memory is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, at the same address. */
  restart(): Promise<void>;
  /** It hangs: connections stay, and nothing is answered. */
  pause(): void;
  resume(): void;
}

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${String(port)}`;
  let server = await serve(port, url);
  return {
    url,
    kill: () => end(server),
    restart: async () => {
      server = await serve(port, url);
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
  };
}

/** Starts redis-server and waits until it answers. */
async function serve(port: number, url: string): Promise<ChildProcess> {
  const inMemory = ['--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...inMemory]);
  const probe = new Redis(url, { retryStrategy: () => 20 });
  probe.on('error', () => undefined);
  await probe.ping();
  probe.disconnect();
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = happening(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}
