/** Where the product of this run and its sandboxes answer. `npm run journeys` says so in the environment. */
export const addresses = {
  app: address('CASCADE_APP_URL'),
  venice: address('CASCADE_VENICE_URL'),
  stripe: address('CASCADE_STRIPE_URL'),
  database: address('CASCADE_DATABASE_URL'),
};

function address(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: start the journeys with npm run journeys`);
  return value;
}
