/** One record in the order of creation; `sequence` is its place among all of its kind. */
export interface Entry<T> {
  sequence: number;
  id: string;
  account: string;
  value: T;
  isRemoved: boolean;
}

export interface ListingRules<T> {
  created: (record: T) => number;
  fields: Record<string, (record: T) => unknown>;
}

export interface ListQuery<T> {
  account: string;
  /** Field and wanted value; a field with an index makes the list short, any other is compared. */
  where: ReadonlyMap<string, string>;
  createdMin: number;
  createdMax: number;
  matches: (record: T) => boolean;
  cursor: { id: string; direction: 'older' | 'newer' } | null;
  limit: number;
}

/** The records of one kind as Stripe lists them: newest first, by account and by field, without a scan. */
export class Listing<T> {
  readonly #rules: ListingRules<T>;
  readonly #lists = new Map<string, Entry<T>[]>();

  constructor(rules: ListingRules<T>) {
    this.#rules = rules;
  }

  add(entry: Entry<T>): void {
    for (const key of this.#keysOf(entry)) this.#insert(key, entry);
  }

  /** A changed field may put the record into another list; stale places are passed over when reading. */
  changed(entry: Entry<T>, before: T): void {
    for (const [name, read] of Object.entries(this.#rules.fields)) {
      const value = read(entry.value);
      if (value !== read(before) && isKey(value)) this.#insert(listKey(entry.account, name, value), entry);
    }
  }

  /** Up to `limit` entries and whether more follow in that direction; always newest first. */
  page(query: ListQuery<T>, cursor: Entry<T> | null): { entries: Entry<T>[]; hasMore: boolean } {
    const list = this.#shortest(query);
    const isNewer = query.cursor?.direction === 'newer';
    const found: Entry<T>[] = [];
    let index = isNewer ? this.#after(list, cursor) : this.#before(list, query, cursor);
    while (index >= 0 && index < list.length && found.length <= query.limit) {
      const entry = list[index];
      index += isNewer ? 1 : -1;
      if (entry === undefined) break;
      if (!isNewer && this.#rules.created(entry.value) < query.createdMin) break;
      if (this.#matches(entry, query)) found.push(entry);
    }
    const hasMore = found.length > query.limit;
    const entries = found.slice(0, query.limit);
    return { entries: isNewer ? entries.reverse() : entries, hasMore };
  }

  #matches(entry: Entry<T>, query: ListQuery<T>): boolean {
    const created = this.#rules.created(entry.value);
    if (entry.isRemoved || created < query.createdMin || created > query.createdMax) return false;
    for (const [name, wanted] of query.where) {
      if (this.#rules.fields[name]?.(entry.value) !== wanted) return false;
    }
    return query.matches(entry.value);
  }

  #shortest(query: ListQuery<T>): Entry<T>[] {
    let shortest = this.#lists.get(listKey(query.account)) ?? [];
    for (const [name, wanted] of query.where) {
      const list = this.#lists.get(listKey(query.account, name, wanted)) ?? [];
      if (list.length < shortest.length) shortest = list;
    }
    return shortest;
  }

  #before(list: Entry<T>[], query: ListQuery<T>, cursor: Entry<T> | null): number {
    if (cursor !== null) return firstIndex(list, (entry) => entry.sequence >= cursor.sequence) - 1;
    if (query.createdMax === Infinity) return list.length - 1;
    return firstIndex(list, (entry) => this.#rules.created(entry.value) > query.createdMax) - 1;
  }

  #after(list: Entry<T>[], cursor: Entry<T> | null): number {
    return cursor === null ? 0 : firstIndex(list, (entry) => entry.sequence > cursor.sequence);
  }

  #keysOf(entry: Entry<T>): string[] {
    const fields = Object.entries(this.#rules.fields).map(([name, read]) => ({ name, value: read(entry.value) }));
    const keys = fields.flatMap(({ name, value }) => (isKey(value) ? [listKey(entry.account, name, value)] : []));
    return [listKey(everyAccount), listKey(entry.account), ...keys];
  }

  #insert(key: string, entry: Entry<T>): void {
    const list = this.#lists.get(key);
    if (list === undefined) {
      this.#lists.set(key, [entry]);
      return;
    }
    const last = list.at(-1);
    if (last === undefined || last.sequence < entry.sequence) list.push(entry);
    else {
      const index = firstIndex(list, (other) => other.sequence >= entry.sequence);
      if (list[index] !== entry) list.splice(index, 0, entry);
    }
  }
}

/** Names no account; its list has the records of all. */
export const everyAccount = '*';

function isKey(value: unknown): value is string {
  return typeof value === 'string';
}

function listKey(account: string, name = '', value = ''): string {
  return `${account}|${name}|${value}`;
}

/** The first place where `isTrue`, which must be false and then true along the list. */
function firstIndex<T>(list: readonly T[], isTrue: (item: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = list[middle];
    if (item !== undefined && isTrue(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
