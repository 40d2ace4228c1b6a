import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendWebResponse, toWebRequest } from '#server/platform/node-http.ts';
import { stripeWebhook } from '#server/payments/stripe/webhook.ts';
import { webhookSecret } from '../payments.ts';
import { Killed, type MortalProcess } from './mortal-process.ts';

const bodyBytesMax = 1_048_576;

/** The webhook door behind a real HTTP server, each request served by a process that may die over it. */
export class EventDoor {
  readonly url: string;
  /** Requests that were answered with 200: every sending of every event. */
  accepted = 0;
  /** Requests over which the process died, so that Stripe has to send again. */
  died = 0;
  /** Requests that are over, however they ended. */
  ended = 0;
  readonly #server: Server;
  readonly #answering = new Set<Promise<unknown>>();
  readonly #heard = new Set<string>();
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(newProcess: () => MortalProcess): Promise<EventDoor> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const door = new EventDoor(server, `http://127.0.0.1:${port}/api/webhooks/stripe`);
    server.on('request', (incoming, outgoing) => {
      const answering = door.#serve(incoming, outgoing, newProcess()).finally(() => {
        door.#answering.delete(answering);
        door.ended += 1;
        door.wake();
      });
      door.#answering.add(answering);
    });
    return door;
  }

  /** Whether an event was accepted at least once. */
  hasHeard(eventId: string): boolean {
    return this.#heard.has(eventId);
  }

  /** Resolves with the end of the next request, or when the door is told that somebody need not wait. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Ends all waiting. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Answers what has come, and takes nothing more. */
  async close(): Promise<void> {
    this.wake();
    await Promise.allSettled(this.#answering);
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse, process: MortalProcess): Promise<void> {
    try {
      const request = await toWebRequest(incoming, 'http://127.0.0.1', bodyBytesMax);
      await sendWebResponse(outgoing, await this.#answer(request, process));
    } catch (error) {
      // Stripe waits for some seconds, hangs up, and sends again.
      if (!outgoing.destroyed) throw error;
    }
  }

  async #answer(request: Request, process: MortalProcess): Promise<Response> {
    const body = await request.clone().text();
    try {
      // A webhook's signature is of real time, whatever the clocks of the run say.
      const deps = { ...process.deps, clock: { now: () => new Date() }, webhookSecret, mode: 'sandbox' as const };
      const response = await process.run('door', () => stripeWebhook(request, deps));
      if (response.status === 200) this.#note(body);
      return response;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.died += 1;
      return new Response(null, { status: 500 });
    }
  }

  #note(body: string): void {
    const { id } = JSON.parse(body) as { id: string };
    this.accepted += 1;
    this.#heard.add(id);
  }
}
