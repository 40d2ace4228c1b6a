import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Halt } from './halt.mjs';
import { root } from './paths.mjs';

/** The settings that a part of `up`'s own is replaced by when they are set. */
const replacements = {
  database: ['DATABASE_URL'],
  stripe: ['STRIPE_SECRET_KEY'],
  venice: ['VENICE_ISSUER', 'VENICE_API_URL'],
};

/** The settings of the product itself (server/platform/env.ts checks them). */
export const settingNames = [
  ...[
    'NODE_ENV',
    'CASCADE_MODE',
    'CASCADE_SECRET',
    'HOST',
    'PORT',
    'APP_URL',
    'DATABASE_URL',
    'DATABASE_MIGRATION_URL',
  ],
  ...['REDIS_URL', 'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL', 'VENICE_API_URL', 'VENICE_ISSUER'],
  ...['VENICE_CLIENT_ID', 'VENICE_CLIENT_SECRET', 'OPERATOR_USERNAMES', 'LOG_LEVEL', 'STORAGE_FOLDER'],
  ...['S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'S3_ENDPOINT'],
  ...['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN', 'RATE_LIMIT_TIMES'],
  ...['FIELD_KEYS', 'SMTP_URL', 'MAIL_FROM'],
  ...['VENICE_JWKS_URL', 'VENICE_TOKEN_AUDIENCE', 'VENICE_TOKEN_ALGORITHMS'],
];

/** Tests bring all parts themselves, whatever the shell they run in is set up for. */
const notForTests = [
  /^(DATABASE_|REDIS_|UPSTASH_|STRIPE_|VENICE_|CASCADE_|NEXTAUTH_|S3_)/,
  /^(APP_URL|HOST|PORT|OPERATOR_USERNAMES|LOG_LEVEL|STORAGE_FOLDER|FIELD_KEYS|SMTP_URL|MAIL_FROM|NODE_ENV|NODE_OPTIONS)$/,
];

export function settingsForTests() {
  // All journeys come from one address, and people walk no further than one of them at a time.
  return { RATE_LIMIT_TIMES: '50', ...givenSettings({ ignore: notForTests }) };
}

/** Variables of the process over those of the `.env` file; empty ones count as not set. */
export function givenSettings({ ignore = [] } = {}) {
  const all = { ...fileSettings(join(root, '.env')), ...process.env };
  const isGiven = ([name, value]) =>
    value !== '' && value !== undefined && !ignore.some((pattern) => pattern.test(name));
  return Object.fromEntries(Object.entries(all).filter(isGiven));
}

/** Which parts `up` brings itself: `{ database, stripe, venice }`, each true or false. */
export function embeddedParts(given) {
  checkTogether(given, ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']);
  checkTogether(given, ['VENICE_ISSUER', 'VENICE_CLIENT_ID', 'VENICE_CLIENT_SECRET']);
  return Object.fromEntries(
    Object.entries(replacements).map(([part, names]) => [part, names.every((name) => given[name] === undefined)]),
  );
}

/** Some settings mean nothing without the others. */
function checkTogether(given, names) {
  const missing = names.filter((name) => given[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return;
  const present = names.find((name) => given[name] !== undefined);
  throw new Halt(
    `${present} is set, but ${missing.join(' and ')} is not. Set both, or neither to use the sandbox (.env.example).`,
  );
}

function fileSettings(file) {
  if (!existsSync(file)) return {};
  const settings = {};
  for (const [index, line] of readFileSync(file, 'utf8').split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) throw new Halt(`Line ${String(index + 1)} of .env is not of the form NAME=value.`);
    settings[match[1]] = unquoted(match[2]);
  }
  return settings;
}

function unquoted(value) {
  const match = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(value);
  return match === null ? value.replace(/\s+#.*$/, '') : match[2];
}
