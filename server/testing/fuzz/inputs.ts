import fc from 'fast-check';
import { z } from 'zod';
import { hostileValue, hostileText } from './hostile-values.ts';

/** Random inputs of a procedure, made from its zod schema: such as it asks for, and such as it never expected. */

/** What inputs are made of besides chance. */
export interface Stock {
  /** Ids of rows that are there, by the name of the field that would hold one. */
  idsOf(field: string): readonly string[];
  /** Cursors that lists gave out. */
  cursors: readonly string[];
  usernames: readonly string[];
}

/** JSON Schema as zod writes it, with what JSON has no word for. */
interface Shape {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

/** Inputs of a schema: most have its shape, with ids and cursors that exist, the others are broken in one place or all. */
export function inputsOf(schema: z.ZodType | undefined, stock: Stock): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.oneof(fc.constant(undefined), hostileValue);
  const shaped = valuesOf(shapeOf(schema), { stock, field: '' });
  return fc.oneof(
    { weight: 5, arbitrary: shaped },
    { weight: 4, arbitrary: broken(shaped) },
    { weight: 1, arbitrary: hostileValue },
  );
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'bigint') Object.assign(jsonSchema, { type: 'bigint' });
    },
  }) as Shape;
}

interface Place {
  stock: Stock;
  /** Name of the field that holds the value. */
  field: string;
}

function valuesOf(shape: Shape, place: Place): fc.Arbitrary<unknown> {
  const either = shape.anyOf ?? shape.oneOf;
  if (either !== undefined) return fc.oneof(...either.map((one) => valuesOf(one, place)));
  if (shape.allOf?.[0] !== undefined) return valuesOf(shape.allOf[0], place);
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  if (shape.const !== undefined) return fc.constant(shape.const);
  switch (shape.type) {
    case 'string':
      return textsOf(shape, place);
    case 'integer':
      return fc.oneof(fc.integer(within(shape, 5)), fc.integer(within(shape, 1_000_000)));
    case 'number':
      return fc.double({ min: shape.minimum ?? -1e9, max: shape.maximum ?? 1e9, noNaN: true });
    case 'bigint':
      return fc.oneof(fc.bigInt(1n, 5_00n), fc.bigInt(1n, 10n ** 18n));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(shape.items ?? {}, place), { maxLength: Math.min(shape.maxItems ?? 3, 3) });
    case 'object':
      return objectsOf(shape, place);
    default:
      return fc.constant(undefined);
  }
}

/** Small numbers find more than large ones: versions, places and amounts that exist. */
function within({ minimum = -10, maximum = 2 ** 31 }: Shape, spread: number): { min: number; max: number } {
  return { min: minimum, max: Math.max(minimum, Math.min(maximum, minimum + spread)) };
}

function textsOf({ format, pattern }: Shape, { stock, field }: Place): fc.Arbitrary<string> {
  if (format === 'uuid') {
    const known = stock.idsOf(field);
    return known.length === 0 || field === 'key' ? fc.uuid() : oftenOf(known, fc.uuid());
  }
  if (field === 'cursor') return oftenOf(stock.cursors, tampered(stock.cursors));
  if (field === 'username' || field === 'seller') return oftenOf(stock.usernames, hostileText);
  if (field === 'category') return fc.constantFrom('glass', 'books', 'no-such-thing');
  const plain = fc.constantFrom('Goblet of cristallo', 'goblet', 'Because it is what was agreed on.', 'a');
  if (pattern !== undefined) return fc.oneof(fc.constantFrom('glass', 'red', 'something'), hostileText);
  return fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: hostileText });
}

function oftenOf(known: readonly string[], other: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (known.length === 0) return other;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: other });
}

/** Cursors with another character, or made of another position. */
function tampered(cursors: readonly string[]): fc.Arbitrary<string> {
  const forged = fc.json().map((text) => Buffer.from(text).toString('base64url').slice(0, 400));
  const position = fc
    .tuple(fc.oneof(fc.string(), fc.date({ noInvalidDate: true }), fc.double(), fc.maxSafeInteger()), fc.uuid())
    .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url').slice(0, 400));
  if (cursors.length === 0) return fc.oneof(forged, position);
  const cut = fc
    .tuple(fc.constantFrom(...cursors), fc.nat(60), fc.string({ maxLength: 2 }))
    .map(([cursor, at, text]) => cursor.slice(0, at) + text + cursor.slice(at + text.length));
  return fc.oneof(forged, position, cut);
}

function objectsOf({ properties = {}, required = [] }: Shape, { stock }: Place): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([field, shape]) => [field, valuesOf(shape, { stock, field })]),
  );
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

/** The same with one field replaced by something that has no business there; a text often by another text. */
function broken(shaped: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(shaped, fc.nat(), fc.tuple(fc.boolean(), hostileText, hostileValue))
    .map(([value, at, [isText, text, other]]) =>
      replaced(value, at, (current) => (isText && typeof current === 'string' ? text : other)),
    );
}

function replaced(value: unknown, at: number, hostile: (current: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return hostile(value);
  const fields = Object.entries(value);
  const [name, current] = fields[at % Math.max(fields.length, 1)] ?? [];
  return name === undefined ? hostile(value) : { ...value, [name]: hostile(current) };
}
