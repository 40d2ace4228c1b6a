import type { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#server/platform/clock.ts';
import { allCitizens } from './citizens-data.ts';
import type { SandboxCitizen } from './citizens-data.ts';

export const apiModes = [
  'normal',
  'fallback',
  'sample',
  'error',
  'flaky',
  'throttled',
  'unauthorized',
  'slow',
  'hang',
] as const;

/**
 * What the control page can switch. `api`: how the citizens API answers. `casing`: how it spells keys.
 * `remembersNotFound`: the five minutes of `citizen:null` after a 404. `failEvery`: while flaky, every n-th call
 * fails. `retryAfterSeconds`: what it asks for while throttled. `slowMs`: how long it takes while slow.
 */
export const switchesSchema = z.object({
  api: z.enum(apiModes),
  casing: z.enum(['today', 'legacy', 'odd']),
  remembersNotFound: z.boolean(),
  failEvery: z.coerce.number().int().min(1).max(100),
  retryAfterSeconds: z.coerce.number().int().min(0).max(3_600),
  slowMs: z.coerce.number().int().min(0).max(60_000),
});

export type Switches = z.infer<typeof switchesSchema>;

export const controlSchema = switchesSchema.partial().extend({
  reset: z.boolean().optional(),
  /** Answered by the issuer: a new key signs from then on. */
  rotateKeys: z.boolean().optional(),
  citizen: z.object({ username: z.string().min(1).max(64), socialClass: z.string().min(1).max(40) }).optional(),
});

export type Control = z.infer<typeof controlSchema>;

const normal: Switches = {
  api: 'normal',
  casing: 'today',
  remembersNotFound: true,
  failEvery: 3,
  retryAfterSeconds: 30,
  slowMs: 3_000,
};
const notFoundMemoryMs = 5 * 60_000;
const notFoundMemoryMax = 1_000;
const classesSchema = z.record(z.string(), z.string());

/** What callers of the citizens API did since the start or the last reset. */
export interface Traffic {
  calls: number;
  /** Connections that carried calls, at most at the same time. */
  connectionsMost: number;
}

/** The sandbox's memory. Class changes survive a restart; switches do not, so that a restart is always sane. */
export class VeniceState {
  switches: Switches = { ...normal };
  traffic: Traffic = { calls: 0, connectionsMost: 0 };
  readonly #connections = new Set<EventEmitter>();
  readonly #clock: Clock;
  readonly #classesPath: string;
  readonly #citizens = new Map<string, SandboxCitizen>();
  readonly #notFoundUntil = new Map<string, number>();
  #classes: Record<string, string> = {};

  constructor(options: { clock: Clock; stateDir: string }) {
    this.#clock = options.clock;
    this.#classesPath = join(options.stateDir, 'venice-classes.json');
    mkdirSync(options.stateDir, { recursive: true });
    for (const citizen of allCitizens) this.#citizens.set(citizen.username, { ...citizen });
    this.#setClasses(this.#readClasses());
  }

  citizens(): SandboxCitizen[] {
    return [...this.#citizens.values()];
  }

  find(username: string): SandboxCitizen | null {
    return this.#citizens.get(username) ?? null;
  }

  /** Counts a call of the citizens API and the connection it came on. */
  noteCall(connection: EventEmitter): void {
    this.traffic.calls += 1;
    if (!this.#connections.has(connection)) {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
    }
    this.traffic.connectionsMost = Math.max(this.traffic.connectionsMost, this.#connections.size);
  }

  /** True when a 404 for this name was given less than five minutes ago. */
  wasNotFound(username: string): boolean {
    if (!this.switches.remembersNotFound) return false;
    const until = this.#notFoundUntil.get(username);
    return until !== undefined && until > this.#clock.now().getTime();
  }

  rememberNotFound(username: string): void {
    if (this.#notFoundUntil.size >= notFoundMemoryMax) this.#notFoundUntil.clear();
    this.#notFoundUntil.set(username, this.#clock.now().getTime() + notFoundMemoryMs);
  }

  /** Returns false when the named citizen does not exist; then nothing was changed. */
  control(change: Control): boolean {
    const { reset, citizen, rotateKeys: _issuers, ...switches } = change;
    if (citizen !== undefined && !this.#citizens.has(citizen.username)) return false;
    if (reset === true) this.#reset();
    const given = Object.entries(switches).filter(([, value]) => value !== undefined);
    this.switches = switchesSchema.parse({ ...this.switches, ...Object.fromEntries(given) });
    if (citizen !== undefined) {
      this.#setClasses({ ...this.#classes, [citizen.username]: citizen.socialClass });
      this.#writeClasses();
    }
    return true;
  }

  #reset(): void {
    this.switches = { ...normal };
    this.traffic = { calls: 0, connectionsMost: this.#connections.size };
    this.#notFoundUntil.clear();
    for (const citizen of allCitizens) this.#citizens.set(citizen.username, { ...citizen });
    this.#classes = {};
    this.#writeClasses();
  }

  #setClasses(classes: Record<string, string>): void {
    this.#classes = classes;
    for (const [username, socialClass] of Object.entries(classes)) {
      const citizen = this.#citizens.get(username);
      if (citizen !== undefined) citizen.socialClass = socialClass;
    }
  }

  #readClasses(): Record<string, string> {
    let text: string;
    try {
      text = readFileSync(this.#classesPath, 'utf8');
    } catch {
      return {}; // first start: the file appears with the first change
    }
    return classesSchema.parse(JSON.parse(text));
  }

  #writeClasses(): void {
    writeFileSync(`${this.#classesPath}.new`, JSON.stringify(this.#classes));
    renameSync(`${this.#classesPath}.new`, this.#classesPath);
  }
}
