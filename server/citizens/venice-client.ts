import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { invariant } from '#server/platform/invariant.ts';
import { isUsername } from './rules.ts';
import { readCitizenAnswer } from './venice-answer.ts';
import type { VeniceAnswer } from './venice-answer.ts';
import { getJson } from './venice-http.ts';
import type { JsonLimits } from './venice-http.ts';

/** The public citizens API of Venice, reading only. Never rejects: whatever goes wrong is an outage. */
export interface VeniceClient {
  /** `username` is exact and case-sensitive, and passed `isUsername`. */
  citizen(username: string): Promise<VeniceAnswer>;
}

export interface VeniceClientOptions {
  /** For example `https://serenissima.ai/api`. */
  apiUrl: string;
  connectTimeoutMs?: number;
  totalTimeoutMs?: number;
  /** Told why, each time Venice gave nothing that can be relied on. */
  onOutage?: (reason: string) => void;
}

const connectionsMax = 10;
const bytesMax = 256 * 1024;

export function createVeniceClient(options: VeniceClientOptions): VeniceClient {
  const agentOptions = { keepAlive: true, maxSockets: connectionsMax };
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  const limits = {
    agent: apiUrl.startsWith('https://') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions),
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    totalTimeoutMs: options.totalTimeoutMs ?? 10_000,
    bytesMax,
  };
  return {
    citizen: async (username) => {
      invariant(isUsername(username), 'only valid usernames are sent to Venice');
      const answer = await ask(new URL(`${apiUrl}/citizens/${username}`), { username, limits });
      if (answer.status === 'outage') options.onOutage?.(answer.reason);
      return answer;
    },
  };
}

async function ask(url: URL, input: { username: string; limits: JsonLimits }): Promise<VeniceAnswer> {
  try {
    const { status, body } = await getJson(url, input.limits);
    return readCitizenAnswer({ httpStatus: status, body, username: input.username });
  } catch (error) {
    return { status: 'outage', reason: error instanceof Error ? error.message : 'the call failed' };
  }
}
