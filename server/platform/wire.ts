import superjson, { type SuperJSONResult } from 'superjson';
import { once } from './once.ts';

/**
 * How data travels between the procedures and the browser: as superjson writes it. What procedures answer is nearly always
 * plain, and plain data is written here, in a fraction of the time; superjson writes all else. What many are answered with
 * is written once.
 */
const many = () => once('wire.answered-to-many', () => new WeakMap<object, SuperJSONResult | null>());

/** Says that a value will be sent many times and not be changed any more. */
export function answeredToMany<Answer extends object>(answer: Answer): Answer {
  if (!many().has(answer)) many().set(answer, null);
  return answer;
}

export const wire = {
  serialize: (value: unknown): SuperJSONResult => {
    if (typeof value !== 'object' || value === null) return superjson.serialize(value);
    if (!many().has(value)) return written(value);
    const serialized = many().get(value) ?? written(value);
    many().set(value, serialized);
    return serialized;
  },
  deserialize: (sent: SuperJSONResult): unknown => superjson.deserialize(sent),
};

type Json = SuperJSONResult['json'];
/** By the path of each value that JSON has no word for. */
type Types = Record<string, ['bigint' | 'Date' | 'undefined']>;

/** Deeper than any answer. Whatever goes round in circles ends here, and with superjson. */
const depthMax = 20;

function written(value: object): SuperJSONResult {
  const types: Types = {};
  const json = plain(value, { types, path: '', depth: 0 });
  if (json === notPlain) return superjson.serialize(value);
  return Object.keys(types).length === 0 ? { json } : { json, meta: { values: types, v: 1 } };
}

const notPlain = Symbol('not plain');

interface Place {
  types: Types;
  /** With a full stop at its end, but for the root. */
  path: string;
  depth: number;
}

/** The value as JSON says it; notes what JSON does not say of what is inside. */
function plain(value: object, place: Place): Json | typeof notPlain {
  if (place.depth > depthMax) return notPlain;
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return notPlain;
  const copy: Json[] & Record<string, Json> = (isList ? [] : {}) as never;
  for (const key of Object.keys(value)) {
    if (!isList && !isPlainKey(key)) return notPlain;
    const inside = leaf((value as Record<string, unknown>)[key], key, place);
    if (inside === notPlain) return notPlain;
    copy[key as never] = inside;
  }
  return copy;
}

function leaf(value: unknown, key: string, place: Place): Json | typeof notPlain {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : notPlain;
    case 'bigint':
      place.types[`${place.path}${key}`] = ['bigint'];
      return value.toString();
    case 'undefined':
      place.types[`${place.path}${key}`] = ['undefined'];
      return null;
    case 'object':
      return value === null ? null : inner(value, key, place);
    default:
      return notPlain;
  }
}

function inner(value: object, key: string, { types, path, depth }: Place): Json | typeof notPlain {
  if (!(value instanceof Date)) return plain(value, { types, path: `${path}${key}.`, depth: depth + 1 });
  if (Number.isNaN(value.getTime())) return notPlain;
  types[`${path}${key}`] = ['Date'];
  return value.toISOString();
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A key that stands for itself in a path, and that superjson takes. */
function isPlainKey(key: string): boolean {
  return !/[.\\]|^(?:__proto__|constructor|prototype)$/u.test(key);
}
