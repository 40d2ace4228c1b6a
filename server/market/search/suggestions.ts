import { wordsOf } from '#server/market/search/search-rules.ts';
import { suggestionsMax, type Suggestion } from '#server/market/search/search-schema.ts';
import { Bound } from '#server/market/search/search-conditions.ts';
import type { SearchDeps } from '#server/market/search/category-tree.ts';

const lettersMin = 2;
const categoriesMax = 2;
const sellersMax = 2;
/** More than are shown, because titles repeat. */
const titlesRead = 16;

/**
 * What somebody may be about to type: categories and sellers of that name, and titles in which every word begins so,
 * the most sold first. At most eight, none for a single letter. One round trip.
 */
export async function suggestions({ database }: Pick<SearchDeps, 'database'>, text: string): Promise<Suggestion[]> {
  const words = wordsOf(text);
  if (words.join('').length < lettersMin) return [];
  const rows = await database.runPlanned<SuggestionRow>(statement(text, words));
  const found = new Map<string, Suggestion>();
  for (const row of rows) {
    const suggestion = suggestionOf(row);
    const name = row.kind === 'listing' ? row.name.toLocaleLowerCase('en') : row.slug;
    found.set(`${row.kind} ${name}`, found.get(`${row.kind} ${name}`) ?? suggestion);
  }
  return [...found.values()].slice(0, suggestionsMax);
}

const isHiddenByHouse = `EXISTS (
  SELECT FROM moderation_decision AS decided
   WHERE decided.subject_kind = 'storefront' AND decided.subject_id = storefront.seller_id
     AND decided.action = 'hide' AND decided.undone_at IS NULL)`;

interface SuggestionRow {
  kind: Suggestion['kind'];
  slug: string;
  name: string;
  otherName: string;
}

function suggestionOf({ kind, slug, name, otherName }: SuggestionRow): Suggestion {
  switch (kind) {
    case 'category':
      return { kind, slug, nameEn: name, nameIt: otherName };
    case 'seller':
      return { kind, slug, name };
    case 'listing':
      return { kind, title: name };
  }
}

function statement(text: string, words: readonly string[]) {
  const bound = new Bound();
  const begins = bound.bind(words.map((word) => `${word}:*`).join(' & '));
  const typed = likeText(text.toLocaleLowerCase('en'));
  const [start, inside] = [bound.bind(`${typed}%`), bound.bind(`%${typed}%`)];
  return bound.query(`
    (SELECT 'category' AS kind, slug, name_en AS name, name_it AS "otherName" FROM category
      WHERE lower(name_en) LIKE ${start} OR lower(name_it) LIKE ${start}
      ORDER BY position, slug LIMIT ${String(categoriesMax)})
     UNION ALL
    (SELECT 'seller', slug, CASE WHEN title = '' OR ${isHiddenByHouse} THEN display_name ELSE title END, ''
       FROM storefront
      WHERE lower(display_name || ' ' || title) LIKE ${inside}
      ORDER BY lower(display_name || ' ' || title) LIKE ${start} DESC, slug LIMIT ${String(sellersMax)})
     UNION ALL
    (SELECT 'listing', '', l.title, '' FROM listing AS l
      WHERE l.state = 'published' AND l.title_search @@ to_tsquery('simple', ${begins})
      ORDER BY l.sold_count DESC, l.id DESC LIMIT ${String(titlesRead)})`);
}

/** A text of which LIKE takes every letter as itself. */
function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/gu, (mark) => `\\${mark}`);
}
