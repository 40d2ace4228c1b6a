/** The query of an address as Next hands it over. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** The first value of a parameter; undefined when it is missing or empty. */
export function textOf(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

/** All values of a parameter that may be repeated. */
export function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The value if it is one of the allowed ones: what is mistyped in an address counts as left out. */
export function oneOf<Allowed extends string>(
  value: string | undefined,
  allowed: readonly Allowed[],
): Allowed | undefined {
  return allowed.find((candidate) => candidate === value);
}

/** An address with a query, leaving out what is undefined. */
export function addressOf(path: string, query: Record<string, string | readonly string[] | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const text of typeof value === 'string' ? [value] : (value ?? [])) parameters.append(name, text);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
