/**
 * The name under which a query's answer is kept: its key as JSON, with the names of every object in order. JSON has no
 * word for a bigint, so one is written with an `n`.
 */
export function hashOfKey(key: readonly unknown[]): string {
  return JSON.stringify(key, (_name, value: unknown) => {
    if (typeof value === 'bigint') return `${String(value)}n`;
    return isPlainObject(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value;
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}
