import {
  emptyParameter,
  invalidRequest,
  missingParameter,
  notPlayed,
  unknownParameter,
} from '#server/sandbox/stripe/wire/errors.ts';
import type { KnownNames } from '#server/sandbox/stripe/wire/known-parameters.ts';
import type { FormObject, FormValue } from '#server/sandbox/stripe/wire/form-encoding.ts';

const metadataKeysMax = 50;
const metadataKeyLengthMax = 40;
const metadataValueLengthMax = 500;

/**
 * Reads the parameters of one request and remembers which were read. `finish` refuses the others: with Stripe's
 * own error those that Stripe does not know, with the sandbox's those that Stripe knows and the sandbox does not play.
 */
export class Parameters {
  readonly #values: FormObject;
  readonly #path: string;
  readonly #known: KnownNames;
  readonly #seen = new Set<string>();
  readonly #children: Parameters[] = [];

  constructor(values: FormObject, known: KnownNames = new Map(), path = '') {
    this.#values = values;
    this.#known = known;
    this.#path = path;
  }

  nameOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}[${name}]`;
  }

  #take(name: string): FormValue | undefined {
    this.#seen.add(name);
    return this.#values[name];
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  isText(name: string): boolean {
    return typeof this.#values[name] === 'string';
  }

  names(): string[] {
    return Object.keys(this.#values);
  }

  text(name: string, lengthMax = 5_000): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    const param = this.nameOf(name);
    if (typeof value !== 'string') throw invalidRequest('Invalid string', { param });
    if (value.length > lengthMax) {
      throw invalidRequest(`Invalid string: must be at most ${lengthMax} characters`, { param });
    }
    return value;
  }

  /** For updates: absent is undefined, an empty value unsets. */
  unsettable(name: string, lengthMax = 5_000): string | null | undefined {
    return this.#values[name] === '' ? this.#unset(name) : this.text(name, lengthMax);
  }

  #unset(name: string): null {
    this.#seen.add(name);
    return null;
  }

  requiredText(name: string, lengthMax = 5_000): string {
    const value = this.#filled(name, lengthMax);
    if (value === undefined) throw missingParameter(this.nameOf(name));
    return value;
  }

  /** A text that cannot be unset: an empty one is refused. */
  #filled(name: string, lengthMax = 5_000): string | undefined {
    if (this.#values[name] === '') throw emptyParameter(this.nameOf(name));
    return this.text(name, lengthMax);
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#filled(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw invalidRequest(`Invalid ${this.nameOf(name)}: must be one of ${choices.join(', ')}`, {
      param: this.nameOf(name),
    });
  }

  boolean(name: string): boolean | undefined {
    const value = this.#filled(name);
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw invalidRequest(`Invalid boolean: ${value}`, { param: this.nameOf(name) });
  }

  integer(name: string, range: { min: number; max: number }): number | undefined {
    const value = this.#filled(name, 20);
    if (value === undefined) return undefined;
    const about = { code: 'parameter_invalid_integer', param: this.nameOf(name) };
    if (!/^-?\d{1,15}$/.test(value)) throw invalidRequest(`Invalid integer: ${value}`, about);
    const parsed = Number.parseInt(value, 10);
    if (parsed < range.min) throw invalidRequest(`This value must be greater than or equal to ${range.min}.`, about);
    if (parsed > range.max) throw invalidRequest(`This value must be less than or equal to ${range.max}.`, about);
    return parsed;
  }

  requiredInteger(name: string, range: { min: number; max: number }): number {
    const value = this.integer(name, range);
    if (value === undefined) throw missingParameter(this.nameOf(name));
    return value;
  }

  /** The sandbox plays dollars. */
  currency(name = 'currency'): string | undefined {
    const currency = this.#filled(name)?.toLowerCase();
    if (currency === undefined || currency === 'usd') return currency;
    if (/^[a-z]{3}$/.test(currency)) throw notPlayed(this.nameOf(name));
    throw invalidRequest(`Invalid currency: ${currency}.`, { param: this.nameOf(name) });
  }

  url(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && /^https?:/.test(value)) return value;
    throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: this.nameOf(name) });
  }

  email(name: string): string | undefined {
    const value = this.text(name, 512);
    if (value === undefined || /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return value;
    throw invalidRequest(`Invalid email address: ${value}`, { code: 'email_invalid', param: this.nameOf(name) });
  }

  child(name: string): Parameters | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' || Array.isArray(value)) {
      throw invalidRequest('Invalid object', { param: this.nameOf(name) });
    }
    return this.#adopt(new Parameters(value, this.#knownBelow(name), this.nameOf(name)));
  }

  children(name: string, countMax = 100): Parameters[] {
    const value = this.#take(name);
    if (value === undefined || value === '') return [];
    const param = this.nameOf(name);
    if (!Array.isArray(value)) throw invalidRequest('Invalid array', { param });
    if (value.length > countMax) throw invalidRequest(`At most ${countMax} items are allowed.`, { param });
    return value.map((item, index) => {
      if (typeof item === 'string' || Array.isArray(item)) throw invalidRequest('Invalid object', { param });
      return this.#adopt(new Parameters(item, this.#knownBelow(name), `${param}[${index}]`));
    });
  }

  texts(name: string, countMax = 20): string[] {
    const value = this.#take(name);
    if (value === undefined || value === '') return [];
    const param = this.nameOf(name);
    if (!Array.isArray(value) || value.length > countMax) throw invalidRequest('Invalid array', { param });
    return value.map((item) => {
      if (typeof item !== 'string') throw invalidRequest('Invalid string', { param });
      return item;
    });
  }

  /** Metadata merged over what exists: an empty value unsets its key, as on Stripe. */
  metadata(existing: Record<string, string> = {}): Record<string, string> {
    if (this.#values['metadata'] === '') {
      this.#seen.add('metadata');
      return {};
    }
    const given = this.child('metadata');
    if (given === undefined) return existing;
    const merged = { ...existing };
    for (const [key, value] of Object.entries(given.#values)) {
      given.#seen.add(key);
      const param = given.nameOf(key);
      if (typeof value !== 'string') throw invalidRequest('Metadata values must be strings', { param });
      if (key.length > metadataKeyLengthMax)
        throw invalidRequest('Metadata keys have at most 40 characters', { param });
      if (value.length > metadataValueLengthMax) {
        throw invalidRequest('Metadata values have at most 500 characters', { param });
      }
      if (value === '') Reflect.deleteProperty(merged, key);
      else merged[key] = value;
    }
    if (Object.keys(merged).length > metadataKeysMax) throw invalidRequest('Metadata has at most 50 keys');
    return merged;
  }

  /** Call when all was read, and before anything is done: whatever is left is refused. */
  finish(): void {
    for (const name of Object.keys(this.#values)) {
      if (this.#seen.has(name)) continue;
      throw this.#known.has(name) ? notPlayed(this.nameOf(name)) : unknownParameter(this.nameOf(name));
    }
    for (const child of this.#children) child.finish();
  }

  #knownBelow(name: string): KnownNames {
    const known = this.#known.get(name);
    return known === undefined || known === null || known === 'map' ? new Map<string, null>() : known;
  }

  #adopt(child: Parameters): Parameters {
    this.#children.push(child);
    return child;
  }
}
