/** The words of the trades, apart from the schemas: pages that only read have no use for the schema library. */

/** The trades at the top of the tree. Each has a drawn cover and an icon, which all of its branch share. */
export const categorySlugs = [
  'glass',
  'textiles',
  'spices',
  'books',
  'maps',
  'instruments',
  'services',
  'patterns',
] as const;

export type CategorySlug = (typeof categorySlugs)[number];

/** Widths of the pictures that are served, in pixels; a smaller picture is not made larger. */
export const pictureWidths = [320, 800, 1600] as const;

export type PictureWidth = (typeof pictureWidths)[number];
