import { lastWord } from '#server/market/search/search-conditions.ts';
import { wordsOf } from '#server/market/search/search-rules.ts';
import type { SearchDeps } from '#server/market/search/category-tree.ts';
import { once } from '#server/platform/once.ts';

/**
 * How common words are, from the statistics that PostgreSQL keeps of the text columns. A search for common words is
 * answered fastest in the order of the list, one for rare words by the text index.
 */
export interface WordFrequencies {
  /** How many texts there are, about. */
  texts: number;
  /** The share of titles that have all of the words, if words came independently of each other; 0 to 1. */
  inTitles(text: string): number;
  /** The same for titles and descriptions together. */
  anywhere(text: string): number;
  /** The share of all texts that have exactly this word. */
  ofWord(word: string): number;
}

/** A word that so many texts have is not the beginning of another one that somebody has yet to type. */
const wholeWordShareMin = 0.001;

/** Whether the last word of a text may still be unfinished. Looking for beginnings costs several times as much. */
export function mayBeBegun(frequencies: WordFrequencies, text: string): boolean {
  const last = lastWord(text)?.last;
  return last !== undefined && frequencies.ofWord(last.toLocaleLowerCase('en')) < wholeWordShareMin;
}

interface Kept {
  frequencies: WordFrequencies;
  readAt: number;
}

const keptMs = 60_000;
const statisticsQuery = {
  name: 'market_word_frequencies',
  text: `
    SELECT attname AS "column", most_common_elems::text::text[] AS words, most_common_elem_freqs AS shares,
           (SELECT reltuples FROM pg_class WHERE oid = 'public.listing'::regclass) AS texts
      FROM pg_stats
     WHERE schemaname = 'public' AND tablename = 'listing' AND attname IN ('search', 'title_search')
       AND most_common_elems IS NOT NULL`,
};

interface StatisticsRow {
  column: 'search' | 'title_search';
  words: string[];
  shares: number[];
  texts: number;
}

/** At most a minute old. A new market has no statistics yet: then no word is common. */
export async function wordFrequencies({
  database,
  clock,
}: Pick<SearchDeps, 'database' | 'clock'>): Promise<WordFrequencies> {
  const known = once('market.word-frequencies', () => new WeakMap<object, Kept>());
  const kept = known.get(database);
  const now = clock.now().getTime();
  if (kept !== undefined && Math.abs(now - kept.readAt) < keptMs) return kept.frequencies;
  const rows = await database.runPrepared<StatisticsRow>(statisticsQuery, []);
  const frequencies = frequenciesOf(rows);
  known.set(database, { frequencies, readAt: now });
  return frequencies;
}

function frequenciesOf(rows: readonly StatisticsRow[]): WordFrequencies {
  const sharesOf = (column: StatisticsRow['column']): ReadonlyMap<string, number> => {
    const row = rows.find((each) => each.column === column);
    return new Map((row?.words ?? []).map((word, index) => [word, row?.shares[index] ?? 0]));
  };
  const [titles, all] = [sharesOf('title_search'), sharesOf('search')];
  return {
    texts: Math.max(0, ...rows.map((row) => row.texts)),
    inTitles: (text) => shareOf(titles, text),
    anywhere: (text) => shareOf(all, text),
    ofWord: (word) => all.get(word) ?? 0,
  };
}

function shareOf(shares: ReadonlyMap<string, number>, text: string): number {
  const words = wordsOf(text);
  if (words.length === 0) return 0;
  return words.reduce((share, word, index) => share * wordShare(shares, word, index === words.length - 1), 1);
}

/** English endings that a stem does not have: a guess that needs to be no better. */
const endings = ['', 's', 'es', 'ed', 'ing'];

function wordShare(shares: ReadonlyMap<string, number>, word: string, isBegun: boolean): number {
  const forms = endings
    .filter((ending) => word.endsWith(ending))
    .map((ending) => word.slice(0, -ending.length || undefined));
  const known = Math.max(...forms.map((form) => shares.get(form) ?? 0));
  if (known > 0 || !isBegun) return known;
  let begun = 0;
  for (const [other, share] of shares) if (other.startsWith(word)) begun = Math.max(begun, share);
  return begun;
}
