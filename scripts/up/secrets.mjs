import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Halt } from './halt.mjs';

const random = (bytes) => randomBytes(bytes).toString('hex');

const makers = {
  postgresSuperuserPassword: () => random(24),
  postgresApplicationPassword: () => random(24),
  cascadeSecret: () => random(32),
  stripeSecretKey: () => `sk_test_${random(24)}`,
  stripeWebhookSecret: () => `whsec_${random(24)}`,
  veniceClientSecret: () => random(24),
};

/** The secrets of this data folder: made once, kept in `secrets.json`, readable by this user only. */
export function readSecrets(folder) {
  const file = join(folder, 'secrets.json');
  const known = existsSync(file) ? parseSecrets(file) : {};
  const secrets = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, known[name] ?? make()]));
  if (JSON.stringify(secrets) !== JSON.stringify(known)) writePrivately(file, secrets);
  chmodSync(file, 0o600);
  return secrets;
}

function parseSecrets(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Halt(
      `${file} is damaged, and without it the database cannot be opened. Start over with: npm run up -- --fresh`,
    );
  }
}

function writePrivately(file, secrets) {
  const half = `${file}.half`;
  writeFileSync(half, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, file);
}
