-- Instruments are also those that measure the sea, the sky and the weight of things.
INSERT INTO "public"."category" ("slug", "parent_slug", "position", "name_en", "name_it") VALUES
  ('instruments-measures', 'instruments', 4, 'Navigation and measures', 'Navigazione e misura');
