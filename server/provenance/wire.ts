import type { HoldEvent, HoldEvents, LotFact, LotKind, LotSource } from './lots.ts';
import { keyOf, lotKinds } from './lots.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Rows as one text, and arrays as PostgreSQL reads them: thousands of rows as objects cost more than finding them. */

/** Stands for what units were before they were struck. */
export const nil = '00000000-0000-0000-0000-000000000000';

/** An array whose items need no quotes. */
export function arrayOf(items: readonly (bigint | string | null)[]): string {
  return `{${items.map((item) => item ?? 'NULL').join(',')}}`;
}

/** An array of texts that hold neither quotes nor backslashes: a word like null stays a word. */
export function textsOf(items: readonly string[]): string {
  return `{${items.map((item) => `"${item}"`).join(',')}}`;
}

/** Rows of `string_agg(concat_ws(',', …), ';')`; an empty field is an empty text. */
export function rowsOf(rows: readonly { found: string | null }[]): string[][] {
  const text = rows[0]?.found ?? null;
  return text === null ? [] : text.split(';').map((row) => row.split(','));
}

export function microsOf(time: Date): bigint {
  return BigInt(time.getTime()) * 1_000n;
}

/** Rounded up to the millisecond, so that what is held is never shown as free. */
export function dateOf(micros: bigint): Date {
  const milliseconds = (micros + 999n) / 1_000n;
  return new Date(Number.parseInt(String(milliseconds), 10));
}

export function optional(text: string | undefined): bigint | null {
  return text === undefined || text === '' ? null : BigInt(text);
}

/** The columns of a fact as `wireFact` in `load.ts` writes them. */
export function factOf(fields: readonly string[]): LotFact {
  const [id = '', kind = '', sourceType = '', sourceId = '', originType = '', originId = '', ...rest] = fields;
  const [since = '', holdUntil, expiresAt, parentId = ''] = rest;
  return {
    id,
    kind: kindOf(kind),
    source: { type: sourceType, id: sourceId },
    origin: { type: originType, id: originId },
    since: BigInt(since),
    holdUntil: optional(holdUntil),
    expiresAt: optional(expiresAt),
    parentId: parentId === '' ? null : parentId,
  };
}

export function kindOf(text: string): LotKind {
  const kind = lotKinds.find((known) => known === text);
  invariant(kind !== undefined, 'every lot is of a known kind');
  return kind;
}

/** Events by what they are about; they are given in the order of `effectiveAt`. */
export function holdEvents(events: readonly HoldEvent[]): HoldEvents {
  const bySource = new Map<string, HoldEvent[]>();
  const byAccount = new Map<bigint, HoldEvent[]>();
  for (const event of events) {
    if ('source' in event.target) push(bySource, keyOf(event.target.source), event);
    else push(byAccount, event.target.accountId, event);
  }
  return {
    ofSource: (source: LotSource) => bySource.get(keyOf(source)) ?? [],
    ofAccount: (accountId) => byAccount.get(accountId) ?? [],
  };
}

function push<Key>(map: Map<Key, HoldEvent[]>, key: Key, event: HoldEvent): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [event]);
  else known.push(event);
}
