import type { ImportColumn } from '#server/market/imports/import-schema.ts';
import { csvLine, type CsvCell } from '#server/payments/csv.ts';

/** What the columns of a catalogue's file say; which there are stands in `import-schema.ts`. */

/** Before the key of an attribute, in the columns that follow the others. */
export const attributePrefix = 'attribute.';

/** The fields of a listing's terms by the columns that say them. */
export const fieldOfColumn = {
  title: 'title',
  description: 'description',
  kind: 'kind',
  category: 'category',
  tags: 'tags',
  price: 'priceMinor',
  stock: 'stock',
  options: 'options',
  variants: 'variants',
  availability: 'availability',
  delivery_days: 'deliveryDays',
  quantity_steps: 'quantitySteps',
  accepts_itself: 'acceptsItself',
  takes_offers: 'takesOffers',
  pictures: 'pictures',
} as const satisfies Partial<Record<ImportColumn, string>>;

const columnOfField = new Map<string, string>([
  ...Object.entries(fieldOfColumn).map(([column, field]) => [field, column] as const),
  ['content', 'content_text'],
  ['attributes', 'attributes'],
]);

/** The column that says a field; of one that none says, the field itself. */
export function columnOf(field: string): string {
  return columnOfField.get(field) ?? field;
}

const template: readonly (readonly [string, string, string])[] = [
  ['sku', 'GOBLET-01', 'LESSON-01'],
  ['state', 'published', 'draft'],
  ['kind', 'goods', 'service'],
  ['title', 'Goblet of cristallo', 'A lesson at the furnace'],
  ['description', 'A wine goblet, blown thin on the Rio dei Vetrai.', 'Two hours with a master, for one.'],
  ['category', 'glass', 'services'],
  ['tags', 'wine, red', 'lesson'],
  ['price', '34.00', '120.00'],
  ['stock', '5', 'unlimited'],
  ['options', '[{"name":"Size","values":["small","large"]}]', ''],
  ['variants', '[{"values":["small"],"price":"34.00","stock":3},{"values":["large"],"price":"42.00","stock":2}]', ''],
  ['availability', '', 'Weekdays'],
  ['delivery_days', '', '7'],
  ['quantity_steps', '[{"fromQuantity":10,"percentBps":500}]', ''],
  ['attribute.colour', 'Ruby', ''],
];

/** A file to begin with: the heading and two listings. */
export function templateCsv(): string {
  const lineOf = (index: 0 | 1 | 2) => csvLine(template.map((column): CsvCell => column[index]));
  return lineOf(0) + lineOf(1) + lineOf(2);
}
