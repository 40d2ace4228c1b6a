-- Children of the eight trades, and what each trade asks about a listing. The slug of a child begins with its parent's
-- and a hyphen, so that a whole branch is found by a beginning and its top is known without reading anything.

ALTER TABLE "public"."category"
  ADD CONSTRAINT "category_slug_form" CHECK ("slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  ADD CONSTRAINT "category_below_its_parent"
    CHECK (CASE WHEN "parent_slug" IS NULL THEN strpos("slug", '-') = 0 ELSE starts_with("slug", "parent_slug" || '-') END);

INSERT INTO "public"."category" ("slug", "parent_slug", "position", "name_en", "name_it") VALUES
  ('glass-goblets',       'glass',       1, 'Goblets and cups',      'Calici e coppe'),
  ('glass-lamps',         'glass',       2, 'Lamps and mirrors',     'Lampade e specchi'),
  ('glass-beads',         'glass',       3, 'Beads and murrine',     'Perle e murrine'),
  ('textiles-silk',       'textiles',    1, 'Silk and velvet',       'Seta e velluto'),
  ('textiles-lace',       'textiles',    2, 'Lace',                  'Merletti'),
  ('textiles-wool',       'textiles',    3, 'Wool and linen',        'Lana e lino'),
  ('spices-whole',        'spices',      1, 'Whole spices',          'Spezie intere'),
  ('spices-resins',       'spices',      2, 'Resins and incense',    'Resine e incensi'),
  ('spices-preserves',    'spices',      3, 'Preserves and remedies', 'Conserve e rimedi'),
  ('books-printed',       'books',       1, 'Printed books',         'Libri a stampa'),
  ('books-manuscripts',   'books',       2, 'Manuscripts',           'Manoscritti'),
  ('books-paper',         'books',       3, 'Paper and binding',     'Carta e legature'),
  ('maps-charts',         'maps',        1, 'Sea charts',            'Carte nautiche'),
  ('maps-views',          'maps',        2, 'Views and plans',       'Vedute e piante'),
  ('maps-globes',         'maps',        3, 'Globes and tools',      'Globi e strumenti'),
  ('instruments-strings', 'instruments', 1, 'Strings',               'Corde'),
  ('instruments-winds',   'instruments', 2, 'Winds',                 'Fiati'),
  ('instruments-keys',    'instruments', 3, 'Keyboards',             'Tastiere'),
  ('services-passage',    'services',    1, 'Passage and carriage',  'Trasporti'),
  ('services-lessons',    'services',    2, 'Lessons',               'Lezioni'),
  ('services-craft',      'services',    3, 'Repairs and commissions', 'Riparazioni e commissioni'),
  ('patterns-ornament',   'patterns',    1, 'Ornament',              'Ornamento'),
  ('patterns-plans',      'patterns',    2, 'Plans and moulds',      'Piani e sagome'),
  ('patterns-writing',    'patterns',    3, 'Writing and forms',     'Scrittura e moduli');

CREATE TABLE "public"."category_attribute" (
  "category_slug" text NOT NULL REFERENCES "public"."category" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE,
  "key"           text NOT NULL,
  "position"      integer NOT NULL,
  "name_en"       text NOT NULL,
  "name_it"       text NOT NULL,
  "kind"          text NOT NULL,
  -- For a choice: value, nameEn, nameIt of each.
  "choices"       jsonb NOT NULL,
  -- For a number: what it counts, as people write it.
  "unit"          text,
  PRIMARY KEY ("category_slug", "key"),
  CONSTRAINT "category_attribute_key_form" CHECK ("key" ~ '^[a-z][a-z0-9_]{0,39}$'),
  CONSTRAINT "category_attribute_kind_known" CHECK ("kind" IN ('text', 'number', 'choice')),
  CONSTRAINT "category_attribute_choices_of_choice"
    CHECK (jsonb_typeof("choices") = 'array' AND ("kind" = 'choice') = (jsonb_array_length("choices") > 0)),
  CONSTRAINT "category_attribute_unit_of_number" CHECK ("unit" IS NULL OR "kind" = 'number')
);
REVOKE INSERT, UPDATE, DELETE ON "public"."category_attribute" FROM cascade_app;

INSERT INTO "public"."category_attribute"
  ("category_slug", "key", "position", "name_en", "name_it", "kind", "choices", "unit") VALUES
  ('glass', 'technique', 1, 'Technique', 'Tecnica', 'choice',
   '[{"value":"blown","nameEn":"Blown","nameIt":"Soffiato"},{"value":"lampwork","nameEn":"Lampwork","nameIt":"A lume"},{"value":"cast","nameEn":"Cast","nameIt":"Colato"},{"value":"cut","nameEn":"Cut","nameIt":"Molato"}]', NULL),
  ('glass', 'colour', 2, 'Colour', 'Colore', 'text', '[]', NULL),
  ('glass', 'height', 3, 'Height', 'Altezza', 'number', '[]', 'cm'),
  ('glass-goblets', 'capacity', 1, 'Holds', 'Capacità', 'number', '[]', 'ml'),
  ('textiles', 'fibre', 1, 'Fibre', 'Fibra', 'choice',
   '[{"value":"silk","nameEn":"Silk","nameIt":"Seta"},{"value":"linen","nameEn":"Linen","nameIt":"Lino"},{"value":"wool","nameEn":"Wool","nameIt":"Lana"},{"value":"cotton","nameEn":"Cotton","nameIt":"Cotone"}]', NULL),
  ('textiles', 'colour', 2, 'Colour', 'Colore', 'text', '[]', NULL),
  ('textiles', 'length', 3, 'Length', 'Lunghezza', 'number', '[]', 'cm'),
  ('spices', 'origin', 1, 'Origin', 'Provenienza', 'text', '[]', NULL),
  ('spices', 'weight', 2, 'Weight', 'Peso', 'number', '[]', 'g'),
  ('books', 'language', 1, 'Language', 'Lingua', 'choice',
   '[{"value":"latin","nameEn":"Latin","nameIt":"Latino"},{"value":"greek","nameEn":"Greek","nameIt":"Greco"},{"value":"vernacular","nameEn":"Vernacular","nameIt":"Volgare"},{"value":"other","nameEn":"Another","nameIt":"Altra"}]', NULL),
  ('books', 'year', 2, 'Year', 'Anno', 'number', '[]', NULL),
  ('books', 'pages', 3, 'Pages', 'Pagine', 'number', '[]', NULL),
  ('maps', 'year', 1, 'Year', 'Anno', 'number', '[]', NULL),
  ('maps', 'area', 2, 'What it shows', 'Che cosa mostra', 'text', '[]', NULL),
  ('instruments', 'wood', 1, 'Wood', 'Legno', 'text', '[]', NULL),
  ('instruments', 'condition', 2, 'Condition', 'Condizione', 'choice',
   '[{"value":"new","nameEn":"New","nameIt":"Nuovo"},{"value":"played","nameEn":"Played in","nameIt":"Suonato"},{"value":"restored","nameEn":"Restored","nameIt":"Restaurato"}]', NULL),
  ('services', 'place', 1, 'Where', 'Dove', 'text', '[]', NULL),
  ('services', 'duration', 2, 'Takes', 'Durata', 'number', '[]', 'min'),
  ('patterns', 'format', 1, 'Format', 'Formato', 'text', '[]', NULL),
  ('patterns', 'sheets', 2, 'Sheets', 'Fogli', 'number', '[]', NULL);
