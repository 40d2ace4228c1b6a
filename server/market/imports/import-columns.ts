import { csvLine, type CsvCell } from '#server/payments/csv.ts';

/** The columns of a catalogue's file, in their order; attributes follow as `attribute.<key>`. */
export const importColumns = [
  'sku',
  'state',
  'kind',
  'title',
  'description',
  'category',
  'tags',
  'price',
  'stock',
  'options',
  'variants',
  'availability',
  'delivery_days',
  'quantity_steps',
  'accepts_itself',
  'takes_offers',
  'pictures',
  'content_text',
  'content_files',
] as const;
export type ImportColumn = (typeof importColumns)[number];

export const attributePrefix = 'attribute.';

/** Of something digital: only given out when asked for. */
export const privateColumns: readonly ImportColumn[] = ['content_text', 'content_files'];

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
