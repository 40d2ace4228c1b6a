import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxClient, startVeniceSandbox } from './server.ts';
import type { VeniceSandbox, VeniceSandboxOptions } from './server.ts';
import type { Control } from './state.ts';

export interface TestVenice extends VeniceSandbox {
  control: (change: Control) => Promise<void>;
}

/** A sandbox on a free port with a state directory of its own; `close` removes both. */
export async function startTestVenice(options: Omit<VeniceSandboxOptions, 'stateDir'> = {}): Promise<TestVenice> {
  const stateDir = await mkdtemp(join(tmpdir(), 'cascade-venice-'));
  const sandbox = await startVeniceSandbox({ ...options, stateDir });
  return {
    ...sandbox,
    control: async (change) => {
      const body = JSON.stringify(change);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${sandbox.url}/sandbox/control`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`the control refused: ${await answer.text()}`);
    },
    close: async () => {
      await sandbox.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export interface Attempt {
  verifier: string;
  parameters: URLSearchParams;
}

/** The authorization request that a correct client would make. */
export function newAttempt(): Attempt {
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    client_id: sandboxClient.id,
    redirect_uri: 'http://127.0.0.1:4321/api/auth/callback/venice',
    response_type: 'code',
    scope: 'openid profile',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { verifier, parameters };
}

/** Picks a citizen on the authorize page; answers where the browser is sent. */
export async function pickCitizen(venice: VeniceSandbox, parameters: URLSearchParams, username: string): Promise<URL> {
  const form = new URLSearchParams(parameters);
  form.set('username', username);
  const answer = await fetch(`${venice.url}/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`no redirect, but ${String(answer.status)}`);
  return new URL(location);
}

/** Trades a code for tokens; `changes` replace what a correct client would send. */
export async function trade(
  venice: VeniceSandbox,
  attempt: Attempt & { code: string },
  changes: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: attempt.code,
    redirect_uri: attempt.parameters.get('redirect_uri') ?? '',
    code_verifier: attempt.verifier,
    client_id: sandboxClient.id,
    client_secret: sandboxClient.secret,
    ...changes,
  });
  return await fetch(`${venice.url}/token`, { method: 'POST', body });
}

/** A token with which a machine speaks for a citizen; `amr` in words with spaces between. */
export async function machineToken(
  venice: VeniceSandbox,
  token: { citizen: string; audience: string; amr?: string },
): Promise<string> {
  const client = { client_id: sandboxClient.id, client_secret: sandboxClient.secret };
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...client, ...token });
  const answer = await fetch(`${venice.url}/token`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`no token: ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** The signature, in base58, of a citizen's wallet under a message. */
export async function signAs(venice: Pick<VeniceSandbox, 'url'>, username: string, message: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username, message });
  const answer = await fetch(`${venice.url}/wallet`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`the wallet refused: ${await answer.text()}`);
  return ((await answer.json()) as { signature: string }).signature;
}
