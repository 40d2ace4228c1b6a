/** Statements that come this often are prepared. */
const seenMin = 10;

/** Every name costs memory in every connection, so there are not many. */
const namesMax = 120;

/** Texts that are counted at once: more than a process has that repeat themselves. */
const countedMax = 2_000;

/**
 * Names the statements that come again and again, so that PostgreSQL parses and plans each once a connection. A text that
 * is rare, or that comes when all names are given away, has none (an empty one) and is planned for its very values.
 */
export function createStatementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const times = (seen.get(sql) ?? 0) + 1;
    if (times < seenMin || names.size >= namesMax || isControl(sql)) {
      if (seen.size >= countedMax) seen.clear();
      if (names.size < namesMax) seen.set(sql, times);
      return '';
    }
    seen.delete(sql);
    const name = `often_${String(names.size + 1)}`;
    names.set(sql, name);
    return name;
  };
}

/** BEGIN, COMMIT and the like have nothing to plan. */
function isControl(sql: string): boolean {
  return !/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql);
}
