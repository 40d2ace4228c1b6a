import { isCorrectable, isVerbatim, nearestWord, wordsOf } from '#server/market/search/search-rules.ts';
import type { SearchDeps } from '#server/market/search/category-tree.ts';
import type { Tx } from '#server/platform/db.ts';

/**
 * The words of all titles on sale, and what a mistyped word probably means. Words come in as listings are published;
 * what has left with its last listing goes with the thorough count once a day, and finds nothing until then.
 */

/** For each typed word, the known words that share the most groups of three letters with it. */
const nearQuery = {
  name: 'market_near_words',
  text: `
    SELECT typed.word AS typed, near.word, near.listings
      FROM unnest($1::text[]) AS typed(word)
     CROSS JOIN LATERAL (
       SELECT word, listings FROM search_word ORDER BY search_word.word <-> typed.word LIMIT 20
     ) AS near
     WHERE NOT EXISTS (SELECT FROM search_word AS known WHERE known.word = typed.word)`,
};

/** The text with its mistyped words put right; null when none is, or where exactly these words are asked for. */
export async function meantText(database: SearchDeps['database'], text: string): Promise<string | null> {
  if (isVerbatim(text)) return null;
  const words = wordsOf(text);
  const typed = [...new Set(words.filter(isCorrectable))];
  if (typed.length === 0) return null;
  const rows = await database.runPrepared<{ typed: string; word: string; listings: number }>(nearQuery, [typed]);
  const meant = words.map((word) => {
    const near = rows.filter((row) => row.typed === word);
    return nearestWord(word, near) ?? word;
  });
  return meant.every((word, index) => word === words[index]) ? null : meant.join(' ');
}

/** Adds the words of the titles of listings that are on sale. */
export async function learnWords(tx: Tx, listingIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO search_word (word, listings)
    SELECT word, count(*) FROM listing, unnest(tsvector_to_array(to_tsvector('simple', title))) AS word
     WHERE id = ANY(${listingIds}::uuid[]) AND state = 'published' AND char_length(word) BETWEEN 3 AND 60
     GROUP BY word ORDER BY word
        ON CONFLICT (word) DO NOTHING`;
}

/** Counts all words anew: what no title on sale has any longer is forgotten. */
export async function countWords(tx: Tx): Promise<void> {
  await tx.$executeRaw`LOCK TABLE search_word IN SHARE ROW EXCLUSIVE MODE`;
  await tx.$executeRaw`
    WITH counted AS MATERIALIZED (
      SELECT word, ndoc AS listings
        FROM ts_stat($$SELECT to_tsvector('simple', title) FROM listing WHERE state = 'published'$$)
       WHERE char_length(word) BETWEEN 3 AND 60
    ), gone AS (
      DELETE FROM search_word WHERE word NOT IN (SELECT word FROM counted)
    )
    INSERT INTO search_word (word, listings) SELECT word, listings FROM counted
        ON CONFLICT (word) DO UPDATE SET listings = excluded.listings
     WHERE search_word.listings <> excluded.listings`;
}
