import { invalidRequest, missingParameter, notPlayed, unknownParameter } from '#server/sandbox/stripe/errors.ts';
import type { FormObject, FormValue } from '#server/sandbox/stripe/form-encoding.ts';

const metadataKeysMax = 50;
const metadataKeyLengthMax = 40;
const metadataValueLengthMax = 500;

/**
 * Reads the parameters of one request and remembers which were read, so that `finish` can refuse the
 * unknown ones with the same error as Stripe.
 */
export class Parameters {
  readonly #values: FormObject;
  readonly #path: string;
  readonly #seen = new Set<string>();
  readonly #children: Parameters[] = [];

  constructor(values: FormObject, path = '') {
    this.#values = values;
    this.#path = path;
  }

  nameOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}[${name}]`;
  }

  #take(name: string): FormValue | undefined {
    this.#seen.add(name);
    return this.#values[name];
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

  requiredText(name: string, lengthMax = 5_000): string {
    const value = this.text(name, lengthMax);
    if (value === undefined) throw missingParameter(this.nameOf(name));
    return value;
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw invalidRequest(`Invalid ${this.nameOf(name)}: must be one of ${choices.join(', ')}`, {
      param: this.nameOf(name),
    });
  }

  integer(name: string, range: { min: number; max: number }): number | undefined {
    const value = this.text(name, 20);
    if (value === undefined) return undefined;
    const param = this.nameOf(name);
    if (!/^-?\d{1,15}$/.test(value)) {
      throw invalidRequest(`Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param });
    }
    const parsed = Number.parseInt(value, 10);
    if (parsed < range.min || parsed > range.max) {
      throw invalidRequest(`This value must be between ${range.min} and ${range.max}.`, { param });
    }
    return parsed;
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
    return this.#adopt(new Parameters(value, this.nameOf(name)));
  }

  children(name: string, countMax = 100): Parameters[] {
    const value = this.#take(name);
    if (value === undefined || value === '') return [];
    const param = this.nameOf(name);
    if (!Array.isArray(value)) throw invalidRequest('Invalid array', { param });
    if (value.length > countMax) throw invalidRequest(`At most ${countMax} items are allowed.`, { param });
    return value.map((item, index) => {
      if (typeof item === 'string' || Array.isArray(item)) throw invalidRequest('Invalid object', { param });
      return this.#adopt(new Parameters(item, `${param}[${index}]`));
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

  /** Refuses parameters that Stripe would accept but the sandbox would have to ignore. */
  refuse(names: readonly string[]): void {
    for (const name of names) {
      if (this.#take(name) !== undefined) throw notPlayed(this.nameOf(name));
    }
  }

  /** Call when all was read: whatever is left is unknown. */
  finish(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#seen.has(name)) throw unknownParameter(this.nameOf(name));
    }
    for (const child of this.#children) child.finish();
  }

  #adopt(child: Parameters): Parameters {
    this.#children.push(child);
    return child;
  }
}
