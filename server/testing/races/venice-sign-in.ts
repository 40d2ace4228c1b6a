import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Stopped } from '../prove/last-line.ts';
import { visitorAt, type Visitor } from './visitor.ts';

/** Signs in as browsers do: through next-auth and the page of the Venice sandbox, by redirects and cookies. */

const waitsMax = 4;
const csrfAnswer = z.object({ csrfToken: z.string() });
const signInAnswer = z.object({ url: z.string() });

export async function signInThroughVenice(base: string, name: string): Promise<Visitor> {
  const browser = new Browser(base);
  const { csrfToken } = csrfAnswer.parse(await (await browser.go('/api/auth/csrf')).json());
  const form = new URLSearchParams({ csrfToken, callbackUrl: '/wallet', json: 'true' });
  const begun = await browser.go('/api/auth/signin/venice', form);
  const { url } = signInAnswer.parse(await begun.json());
  const authorize = new URL(url);
  if (authorize.origin === new URL(base).origin) throw new Stopped(`${base} did not lead to Venice but to ${url}`);
  const chosen = new URLSearchParams(authorize.searchParams);
  chosen.set('username', name);
  const picked = await fetch(new URL('/authorize', authorize), { method: 'POST', body: chosen, redirect: 'manual' });
  const callback = picked.headers.get('location');
  if (callback === null) throw new Stopped(`Venice did not let ${name} back: ${String(picked.status)}`);
  await browser.go(callback);
  if (!browser.has(/session/)) throw new Stopped(`${name} came back from Venice without a session`);
  return visitorAt(base, { name, cookie: browser.cookie() });
}

/** It keeps cookies, follows nothing by itself, and waits when it is told to. */
class Browser {
  readonly #base: string;
  readonly #cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = base;
  }

  cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  has(name: RegExp): boolean {
    return [...this.#cookies.keys()].some((key) => name.test(key));
  }

  async go(address: string, form?: URLSearchParams): Promise<Response> {
    for (let waits = 0; ; waits += 1) {
      const answer = await this.#send(address, form);
      if (answer.status !== 429 || waits === waitsMax) return answer;
      await pause(1_000 * Number.parseInt(answer.headers.get('retry-after') ?? '1', 10));
    }
  }

  async #send(address: string, form: URLSearchParams | undefined): Promise<Response> {
    const answer = await fetch(new URL(address, this.#base), {
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: this.cookie(), origin: this.#base },
      body: form ?? null,
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
