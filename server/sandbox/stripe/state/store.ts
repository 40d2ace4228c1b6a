import { Journal, type Change } from '#server/sandbox/stripe/state/journal.ts';
import {
  everyAccount,
  Listing,
  type Entry,
  type ListQuery,
  type ListingRules,
} from '#server/sandbox/stripe/state/listing.ts';
import { kindRules, recordKinds, type RecordKind, type Records } from '#server/sandbox/stripe/state/records.ts';

export type { RecordKind, Records } from '#server/sandbox/stripe/state/records.ts';

/** The account that the keys belong to; a connected account is named by its id. */
export const platformAccount = '';

type Listener<K extends RecordKind> = (value: Records[K], account: string, before: Records[K] | undefined) => void;

/**
 * The state in memory, in order of creation, each record belonging to one account. Records are never changed in
 * place: `put` takes a new one. With a directory the changes between two calls of `commit` are kept together.
 */
export class Store {
  readonly #entries = Object.fromEntries(recordKinds.map((kind) => [kind, new Map()])) as unknown as {
    [K in RecordKind]: Map<string, Entry<Records[K]>>;
  };
  readonly #listings = new Map<RecordKind, Listing<unknown>>();
  readonly #listeners = new Map<RecordKind, Listener<RecordKind>>();
  readonly #journal: Journal | null;
  #changes: Change[] = [];
  #sequence = 0;

  constructor(directory: string | null) {
    for (const kind of recordKinds) {
      const listed = kindRules[kind].listed as ListingRules<unknown> | undefined;
      if (listed !== undefined) this.#listings.set(kind, new Listing(listed));
    }
    this.#journal = directory === null ? null : new Journal(directory);
    this.#journal?.replay((change) => {
      const kind = recordKinds.find((known) => known === change.kind);
      if (kind === undefined) return;
      if (change.value === null) this.#forget(kind, change.id);
      else this.#set(kind, change.id, { account: change.account, value: change.value as Records[RecordKind] });
    });
    this.#rewrite();
  }

  get<K extends RecordKind>(kind: K, id: string): Records[K] | undefined {
    return this.#entries[kind].get(id)?.value;
  }

  /** The record, if it belongs to the account. */
  getIn<K extends RecordKind>(account: string, kind: K, id: string): Records[K] | undefined {
    const entry = this.#entries[kind].get(id);
    return entry?.account === account ? entry.value : undefined;
  }

  accountOf(kind: RecordKind, id: string): string {
    return this.#entries[kind].get(id)?.account ?? platformAccount;
  }

  /** Oldest first, of all accounts. */
  all<K extends RecordKind>(kind: K): Records[K][] {
    return [...this.#entries[kind].values()].map((entry) => entry.value);
  }

  count(kind: RecordKind): number {
    return this.#entries[kind].size;
  }

  /** A new record belongs to the platform; a known one stays where it is. */
  put<K extends RecordKind>(kind: K, id: string, value: Records[K]): void {
    this.putIn(platformAccount, kind, { id, value });
  }

  /** As `put`, for a new record of the account. */
  putIn<K extends RecordKind>(account: string, kind: K, { id, value }: { id: string; value: Records[K] }): void {
    const before = this.get(kind, id);
    const entry = this.#set(kind, id, { account, value });
    this.#keep({ kind, id, account: entry.account, value });
    this.#listeners.get(kind)?.(value, entry.account, before);
    const entries = this.#entries[kind];
    while (entries.size > kindRules[kind].limit) {
      const oldest = entries.keys().next();
      if (oldest.done === true) return;
      this.remove(kind, oldest.value);
    }
  }

  remove(kind: RecordKind, id: string): void {
    if (this.#forget(kind, id)) this.#keep({ kind, id, account: '', value: null });
  }

  /** One page of a list, newest first. Null when the cursor names nothing. */
  page<K extends RecordKind>(kind: K, query: ListQuery<Records[K]>): { data: Records[K][]; hasMore: boolean } | null {
    const listing = this.#listings.get(kind);
    const cursor = query.cursor === null ? null : this.#entries[kind].get(query.cursor.id);
    if (listing === undefined || cursor === undefined) return null;
    if (cursor !== null && cursor.account !== query.account) return null;
    const page = listing.page(query as unknown as ListQuery<unknown>, cursor);
    return { data: page.entries.map((entry) => entry.value as Records[K]), hasMore: page.hasMore };
  }

  /** The newest records of a kind, over all pages of one account and filter. */
  find<K extends RecordKind>(kind: K, where: Record<string, string>, account = platformAccount): Records[K][] {
    const query = { where: new Map(Object.entries(where)), createdMin: -Infinity, createdMax: Infinity };
    const page = this.page(kind, { ...query, account, matches: () => true, cursor: null, limit: Infinity });
    return page?.data ?? [];
  }

  /** The newest records of every account. */
  latest<K extends RecordKind>(kind: K, limit: number): Records[K][] {
    const query = { where: new Map<string, string>(), createdMin: -Infinity, createdMax: Infinity, cursor: null };
    return this.page(kind, { ...query, account: everyAccount, matches: () => true, limit })?.data ?? [];
  }

  /** Calls back for every record of the kind, those that exist now included. */
  follow<K extends RecordKind>(kind: K, listener: Listener<K>): void {
    this.#listeners.set(kind, listener as Listener<RecordKind>);
    for (const entry of this.#entries[kind].values()) listener(entry.value, entry.account, undefined);
  }

  /** Call before anything of what was done is told to anyone. */
  commit(): void {
    if (this.#journal === null || this.#changes.length === 0) return;
    this.#journal.append(this.#changes);
    this.#changes = [];
    if (this.#journal.isLongerThan(this.#size())) this.#rewrite();
  }

  close(): void {
    this.commit();
    this.#rewrite();
    this.#journal?.close();
  }

  #set<K extends RecordKind>(
    kind: K,
    id: string,
    { account, value }: { account: string; value: Records[K] },
  ): Entry<Records[K]> {
    const known = this.#entries[kind].get(id);
    const listing = this.#listings.get(kind);
    if (known !== undefined) {
      const before = known.value;
      known.value = value;
      listing?.changed(known, before);
      return known;
    }
    const entry = { sequence: (this.#sequence += 1), id, account, value, isRemoved: false };
    this.#entries[kind].set(id, entry);
    listing?.add(entry);
    return entry;
  }

  #forget(kind: RecordKind, id: string): boolean {
    const entry = this.#entries[kind].get(id);
    if (entry === undefined) return false;
    entry.isRemoved = true;
    return this.#entries[kind].delete(id);
  }

  #keep(change: Change): void {
    if (this.#journal !== null) this.#changes.push(change);
  }

  #size(): number {
    return recordKinds.reduce((sum, kind) => sum + this.#entries[kind].size, 0);
  }

  #rewrite(): void {
    this.#journal?.rewrite(this.#everything());
  }

  *#everything(): Generator<Change> {
    for (const kind of recordKinds) {
      for (const { id, account, value } of this.#entries[kind].values()) yield { kind, id, account, value };
    }
  }
}
