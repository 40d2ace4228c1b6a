/**
 * One instance per process for everything that has state.
 *
 * Next bundles its own copies of the modules under server/, so a module-level variable exists once
 * in the custom server, once in a route and once in a page. A registry on globalThis is shared by all.
 */
const registryKey = Symbol.for('cascade');

type Registry = Map<string, unknown>;

function registry(): Registry {
  const holder = globalThis as unknown as Record<symbol, Registry | undefined>;
  return (holder[registryKey] ??= new Map<string, unknown>());
}

/** Returns the process-wide value called `name`, making it on first use. */
export function once<T>(name: string, make: () => T): T {
  const known = registry();
  if (!known.has(name)) known.set(name, make());
  return known.get(name) as T;
}
