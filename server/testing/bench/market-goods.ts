import { Client } from 'pg';

/**
 * Fills an empty, migrated database with a market of any size, by whole statements: sellers, listings of all kinds,
 * categories and prices, with titles and descriptions of common and rare words in both languages.
 */
export interface Goods {
  listings: number;
  sellers: number;
}

const crafts = [
  ...['goblet', 'lantern', 'mirror', 'chandelier', 'beads', 'bowl', 'vase', 'decanter', 'brocade', 'velvet', 'lace'],
  ...['shawl', 'tapestry', 'pepper', 'saffron', 'cinnamon', 'cloves', 'atlas', 'portolan', 'chart', 'psalter', 'codex'],
  ...['grammar', 'lute', 'viol', 'harpsichord', 'flute', 'compass', 'astrolabe', 'gondola', 'oar', 'mask', 'fan'],
];
const adjectives = [
  ...['fine', 'old', 'gilded', 'blown', 'carved', 'painted', 'signed', 'rare', 'plain', 'heavy', 'light', 'small'],
  ...['grande', 'antico', 'dorato', 'azzurro', 'rosso', 'sottile', 'nuovo', 'raro', 'inciso', 'dipinto', 'leggero'],
];
const places = [
  ...[
    'Murano',
    'Burano',
    'Rialto',
    'Torcello',
    'Giudecca',
    'Cannaregio',
    'Castello',
    'Dorsoduro',
    'Chioggia',
    'Padova',
  ],
];
/** Uncommon words, a thousand of them, so that a search can find few. */
const syllables = ['ca', 'do', 'fe', 'gri', 'lu', 'mo', 'ne', 'pa', 'ri', 'so', 'te', 'va', 'zo', 'bre', 'chi', 'tri'];

export async function plantGoods(url: string, { listings, sellers }: Goods): Promise<void> {
  const admin = new Client(url);
  await admin.connect();
  try {
    await admin.query('SET ROLE cascade_owner');
    await admin.query('SELECT setseed(0.5)');
    await plantCategories(admin);
    await plantSellers(admin, sellers);
    await plantListings(admin, { listings, sellers });
    await admin.query(`
      INSERT INTO search_word (word, listings)
      SELECT word, ndoc FROM ts_stat($$SELECT to_tsvector('simple', title) FROM listing$$)
       WHERE char_length(word) BETWEEN 3 AND 60`);
    await admin.query('RESET ROLE');
    await admin.query('VACUUM ANALYZE');
  } finally {
    await admin.end();
  }
}

async function plantCategories(admin: Client): Promise<void> {
  await admin.query(
    `
    INSERT INTO category (slug, position, name_en, name_it)
    SELECT slug, position, slug, slug
      FROM unnest($1::text[]) WITH ORDINALITY AS given(slug, position)
        ON CONFLICT DO NOTHING`,
    [categories],
  );
}

const categories = ['glass', 'textiles', 'spices', 'books', 'maps', 'instruments', 'services', 'patterns'];

async function plantSellers(admin: Client, sellers: number): Promise<void> {
  await admin.query(
    `
    INSERT INTO citizen (id, username, display_name, social_class, tier, class_tier, is_ai, role, first_seen_at, refreshed_at)
    SELECT ${idOf('n', 1)}, 'seller_' || n, 'Seller ' || n, 'Popolani', tier, tier, false, 'citizen', now(), now()
      FROM generate_series(1, $1::integer) AS n,
           LATERAL (SELECT (ARRAY['observer', 'participant', 'creator', 'enterprise'])[1 + n % 4] AS tier) AS t`,
    [sellers],
  );
  await admin.query(`
    INSERT INTO storefront (seller_id, slug, username, display_name, tier, created_at, updated_at)
    SELECT id, replace(username, '_', '-'), username, display_name, tier, now(), now() FROM citizen`);
}

async function plantListings(admin: Client, { listings, sellers }: Goods): Promise<void> {
  await admin.query(
    `
    INSERT INTO listing (id, seller_id, key, input_hash, title, description, category_slug, kind, tags, attributes, options,
                         price_minor, stock, sold_count, rating_count, rating_sum, state, version, created_at, updated_at)
    SELECT ${idOf('n', 2)}, ${idOf('1 + n % $2', 1)}, gen_random_uuid(), repeat('0', 64),
           initcap(adjective) || ' ' || craft || ' of ' || place || ' ' || rare,
           'A ' || craft || ' made by hand in ' || place || ', ' || other || ' and ' || adjective || '. '
             || 'Fatto a mano a ' || place || ' da maestri veneziani, con ' || other_craft || ' in regalo. '
             || 'It comes packed in straw with a note of ' || rare2 || '; ask before the feast of the Ascension.',
           category, kind, ARRAY[adjective, 'workshop ' || n % 50], '{}', '[]',
           (100 + power(random(), 3) * 500000)::bigint, CASE WHEN n % 5 = 0 OR n % 8 = 7 THEN NULL ELSE n % 7 END, (power(random(), 6) * 900)::integer,
           ratings, ratings * (2 + n % 4), CASE WHEN n % 50 = 0 THEN 'paused' ELSE 'published' END, 1,
           now() - (n * interval '3 minutes'), now()
      FROM generate_series(1, $1::integer) AS n,
           LATERAL (SELECT ($3::text[])[1 + floor(power(random(), 2) * cardinality($3::text[]))::integer + n * 0] AS craft,
                           ($3::text[])[1 + floor(random() * cardinality($3::text[]))::integer + n * 0] AS other_craft,
                           ($4::text[])[1 + floor(random() * cardinality($4::text[]))::integer + n * 0] AS adjective,
                           ($4::text[])[1 + floor(random() * cardinality($4::text[]))::integer + n * 0] AS other,
                           ($5::text[])[1 + floor(random() * cardinality($5::text[]))::integer + n * 0] AS place,
                           ($6::text[])[1 + floor(power(random(), 2) * cardinality($6::text[]))::integer + n * 0] AS rare,
                           ($6::text[])[1 + floor(random() * cardinality($6::text[]))::integer + n * 0] AS rare2,
                           ($7::text[])[1 + n % 8] AS category,
                           CASE n % 8 WHEN 6 THEN 'service' WHEN 7 THEN 'digital' ELSE 'goods' END AS kind,
                           CASE WHEN n % 3 = 0 THEN 0 ELSE n % 40 END AS ratings) AS words`,
    [listings, sellers, crafts, adjectives, places, rareWords(), categories],
  );
}

/** The same number is always the same id. */
function idOf(number: string, kind: number): string {
  return `('0190000${String(kind)}-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

function rareWords(): string[] {
  return syllables.flatMap((first) =>
    syllables.flatMap((second) => syllables.slice(0, 8).map((third) => `${first}${second}${third}`)),
  );
}
