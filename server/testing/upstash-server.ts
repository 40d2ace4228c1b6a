import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { scriptsOf, type Scripts } from '#server/platform/rate-limit-redis.ts';

/** Upstash's REST interface, as far as rate limits need it, in front of a real Redis. */
export interface UpstashServer {
  url: string;
  token: string;
  /** What came in so far: HTTP requests, and the commands in them. */
  seen: { requests: number; commands: number };
  /** Every answer comes that much later. */
  delay: { ms: number };
  close(): Promise<void>;
}

type Command = readonly unknown[];
type Outcome = { result: unknown } | { error: string };

export async function startUpstash(redisUrl: string): Promise<UpstashServer> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  const scripts = scriptsOf(redis);
  const [token, seen, delay] = ['a token of this test', { requests: 0, commands: 0 }, { ms: 0 }];
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    seen.requests += 1;
    if (request.headers.authorization !== `Bearer ${token}`) return reply(response, 401, { error: 'WRONGPASS' });
    const body = JSON.parse(await textOf(request)) as Command | Command[];
    const isPipeline = request.url === '/pipeline';
    const commands = (isPipeline ? body : [body]) as Command[];
    seen.commands += commands.length;
    const outcomes = await Promise.all(commands.map((command) => run(scripts, command)));
    if (delay.ms > 0) await pause(delay.ms);
    const encoded = request.headers['upstash-encoding'] === 'base64' ? outcomes.map(inBase64) : outcomes;
    const single = encoded[0] ?? { error: 'ERR empty' };
    reply(response, !isPipeline && 'error' in single ? 400 : 200, isPipeline ? encoded : single);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    token,
    seen,
    delay,
    close: async () => {
      redis.disconnect();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs a script call; Upstash's Redis understands the first line of the library's scripts, this one is helped. */
async function run(scripts: Scripts, [name, script, count, ...rest]: Command): Promise<Outcome> {
  const keyCount = Number(count);
  const call: [string, string[], unknown[]] = [
    String(script),
    rest.slice(0, keyCount).map(String),
    rest.slice(keyCount),
  ];
  try {
    if (String(name).toLowerCase() === 'evalsha') return { result: await scripts.evalsha(...call) };
    if (String(name).toLowerCase() === 'eval') return { result: await scripts.eval(...call) };
    return { error: `ERR this stand-in knows no ${String(name)}` };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'ERR' };
  }
}

function inBase64(outcome: Outcome): Outcome {
  return 'error' in outcome ? outcome : { result: encodeStrings(outcome.result) };
}

function encodeStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encodeStrings);
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : value;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
