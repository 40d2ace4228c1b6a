import type { ListingDetails } from './types.ts';

const colours = (names: readonly string[]) => [{ name: 'Colour', values: [...names] }];
const sizes = ['Small', 'Middle', 'Large'];

/** What some listings of the seed say beyond their title, price and stock, by their names. */
export const listingDetails: Readonly<Record<string, ListingDetails>> = {
  'goblet-cristallo': {
    category: 'glass-goblets',
    tags: ['cristallo', 'wine', 'wedding'],
    attributes: { technique: 'blown', colour: 'Clear', height: 19.5, capacity: 180 },
  },
  'lattimo-bowl': { tags: ['lattimo'], attributes: { technique: 'blown', colour: 'Milk white', height: 9 } },
  'millefiori-beads': {
    category: 'glass-beads',
    tags: ['murrine', 'jewellery'],
    attributes: { technique: 'lampwork' },
    options: colours(['Lagoon blue', 'Ruby', 'Milk white']),
    variants: [
      { values: ['Lagoon blue'], priceMinor: 9_80n, stock: 60 },
      { values: ['Ruby'], priceMinor: 12_00n, stock: 50 },
      { values: ['Milk white'], priceMinor: 9_80n, stock: 40 },
    ],
  },
  'lagoon-mirror': { category: 'glass-lamps', tags: ['mirror'], attributes: { technique: 'cut', height: 64 } },
  'burano-collar': { category: 'textiles-lace', tags: ['burano', 'needle-lace'], attributes: { fibre: 'linen' } },
  'velvet-crimson': {
    category: 'textiles-silk',
    tags: ['velvet', 'by-the-braccio'],
    attributes: { fibre: 'silk', colour: 'Crimson', length: 68 },
  },
  'silk-sash-lagoon': {
    category: 'textiles-silk',
    tags: ['carnival', 'wedding'],
    attributes: { fibre: 'silk', length: 240 },
    options: colours(['Lagoon green', 'Saffron']),
    variants: [
      { values: ['Lagoon green'], priceMinor: 58_00n, stock: 5 },
      { values: ['Saffron'], priceMinor: 62_00n, stock: 2 },
    ],
  },
  'winter-cloak': {
    category: 'textiles-wool',
    tags: ['winter'],
    attributes: { fibre: 'wool' },
    options: [{ name: 'Size', values: sizes }, ...colours(['Black', 'Scarlet'])],
    variants: [
      { values: ['Small', 'Black'], priceMinor: 92_00n, stock: 2 },
      { values: ['Middle', 'Black'], priceMinor: 98_00n, stock: 3 },
      { values: ['Middle', 'Scarlet'], priceMinor: 120_00n, stock: 1 },
      { values: ['Large', 'Black'], priceMinor: 104_00n, stock: 3 },
      { values: ['Large', 'Scarlet'], priceMinor: 128_00n, stock: 0 },
    ],
  },
  'pepper-tellicherry': { category: 'spices-whole', tags: ['pepper'], attributes: { origin: 'Malabar', weight: 301 } },
  'saffron-aquila': { category: 'spices-whole', tags: ['saffron'], attributes: { origin: 'L’Aquila', weight: 13 } },
  theriac: { category: 'spices-preserves', tags: ['curiosity'] },
  frankincense: { category: 'spices-resins', tags: ['incense'] },
  'virgil-octavo': {
    category: 'books-printed',
    tags: ['aldine', 'octavo'],
    attributes: { language: 'latin', year: 1501 },
  },
  'greek-grammar': { category: 'books-printed', tags: ['aldine', 'school'], attributes: { language: 'greek' } },
  choirbook: { category: 'books-manuscripts', tags: ['music'], attributes: { language: 'latin' } },
  'barbari-view': { category: 'maps-views', tags: ['woodcut', 'venice'], attributes: { year: 1500, area: 'Venice' } },
  'portolan-adriatic': { category: 'maps-charts', tags: ['portolan'], attributes: { area: 'The Adriatic' } },
  'mariner-astrolabe': { category: 'instruments-measures', tags: ['navigation'], attributes: { condition: 'new' } },
  'dry-compass': { category: 'instruments-measures', tags: ['navigation'], attributes: { condition: 'new' } },
  'lute-seven-course': {
    category: 'instruments-strings',
    tags: ['lute', 'music'],
    attributes: { wood: 'Yew, with a top of spruce', condition: 'played' },
  },
  'letter-writing': { ...service('Weekdays, from terce to vespers', 1), tags: ['letters'] },
  'greek-lessons': {
    ...service('After the feast of San Luca', 7),
    category: 'services-lessons',
    attributes: { duration: 90 },
  },
  'books-audit': service('By agreement, outside the weeks of the fair', 14),
  'cargo-inspection': service('Whenever a ship lies at the Dogana', 2),
  caulking: { ...service('From Candlemas to Martinmas', 5), category: 'services-craft' },
  'printing-handbills': { ...service('Weekdays', 3), category: 'services-craft' },
  'lace-repair': { ...service('Weekdays', 10), category: 'services-craft', tags: ['burano'] },
  'furnace-visit': {
    ...service('Saturdays, when the furnace rests', 0),
    attributes: { place: 'Murano', duration: 120 },
  },
  'pattern-italic-hand': {
    kind: 'digital',
    category: 'patterns-writing',
    tags: ['calligraphy'],
    attributes: { format: 'Text', sheets: 1 },
    content: {
      text: 'Cut the quill **obliquely**, a little broader than a line.\n\n1. Slope every stroke by one part in seven.\n2. Join *e* and *n* from below, never from the head.\n3. Leave the breadth of an *o* between words.\n\nWrite the alphabet of this page forty times, then send us one line.',
      fileIds: [],
    },
  },
};

function service(availability: string, deliveryDays: number): ListingDetails {
  return { kind: 'service', availability, deliveryDays };
}
