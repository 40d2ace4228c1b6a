interface Product {
  app: string;
  venice: string;
  stripe: string;
  database: string;
}

const products = readProducts();
const product = products[indexOfWorker()];
if (product === undefined) throw new Error('Every worker of the journeys needs a product of its own.');

/** Where the product and its sandboxes answer that this worker's journeys meet, and nobody else's. */
export const addresses: Product = product;

/** How many journeys may go on at a time. */
export const productCount = products.length;

/** `npm run journeys` starts the products and says in the environment where they are. */
function readProducts(): readonly Product[] {
  const text = process.env['CASCADE_JOURNEYS_PRODUCTS'] ?? '';
  if (text === '') throw new Error('CASCADE_JOURNEYS_PRODUCTS is not set: start the journeys with npm run journeys');
  return JSON.parse(text) as Product[];
}

/** The process that hands out the journeys has none, and is the first. */
function indexOfWorker(): number {
  const text = process.env['TEST_PARALLEL_INDEX'] ?? '0';
  return Number.parseInt(text, 10);
}
