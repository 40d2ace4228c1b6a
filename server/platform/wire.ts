import superjson, { type SuperJSONResult } from 'superjson';
import { once } from './once.ts';

/**
 * How data travels between the procedures and the browser: superjson, which walks through all of it. What many are
 * answered with is walked through once.
 */
const many = () => once('wire.answered-to-many', () => new WeakMap<object, SuperJSONResult | null>());

/** Says that a value will be sent many times and not be changed any more. */
export function answeredToMany<Answer extends object>(answer: Answer): Answer {
  if (!many().has(answer)) many().set(answer, null);
  return answer;
}

export const wire = {
  serialize: (value: unknown): SuperJSONResult => {
    if (typeof value !== 'object' || value === null || !many().has(value)) return superjson.serialize(value);
    const serialized = many().get(value) ?? superjson.serialize(value);
    many().set(value, serialized);
    return serialized;
  },
  deserialize: (sent: SuperJSONResult): unknown => superjson.deserialize(sent),
};
