import { describe, expect, it, vi } from 'vitest';
import { cashOutAcknowledgement, logLevel, parseEnv } from './env.ts';

const sandbox = {
  CASCADE_MODE: 'sandbox',
  APP_URL: 'http://127.0.0.1:3000',
  DATABASE_URL: 'postgresql://cascade_app@127.0.0.1/cascade',
  CASCADE_SECRET: 's'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_API_URL: 'http://127.0.0.1:4000',
  VENICE_ISSUER: 'http://127.0.0.1:4001',
  VENICE_CLIENT_ID: 'cascade',
  VENICE_CLIENT_SECRET: 'secret',
};
const { STRIPE_API_URL: _stripe, ...withoutStripeUrl } = sandbox;
const live = {
  ...withoutStripeUrl,
  CASCADE_MODE: 'live',
  APP_URL: 'https://cascade.example',
  STRIPE_SECRET_KEY: 'sk_live_1',
  VENICE_API_URL: 'https://venice.example/api',
  VENICE_ISSUER: 'https://id.example',
  SMTP_URL: 'smtps://user:word@mail.example',
  MAIL_FROM: 'CASCADE <house@mail.example>',
};
const upstash = { UPSTASH_REDIS_REST_URL: 'https://name.upstash.io', UPSTASH_REDIS_REST_TOKEN: 'token' };

describe('how much is logged', () => {
  it('is known where no other setting is', () => {
    for (const name of Object.keys(sandbox)) vi.stubEnv(name, '');
    try {
      expect(logLevelWhen('warn')).toBe('warn');
      expect(logLevelWhen('')).toBe('info');
      expect(() => logLevelWhen('loud')).toThrow(/Invalid option/);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('settings', () => {
  it('takes of the address only its origin, which browsers send', () => {
    expect(parseEnv({ ...live, APP_URL: 'https://Cascade.example:443/shop/' }).APP_URL).toBe('https://cascade.example');
    expect(parseEnv({ ...sandbox, APP_URL: 'http://127.0.0.1:3000/' }).APP_URL).toBe('http://127.0.0.1:3000');
  });

  it('accepts a whole sandbox and a whole live set', () => {
    expect(parseEnv(sandbox).CASCADE_MODE).toBe('sandbox');
    expect(parseEnv(live).CASCADE_MODE).toBe('live');
    expect(parseEnv({ ...live, ...upstash })).toMatchObject(upstash);
  });

  it('accepts a bucket with all that it takes', () => {
    const keys = { S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' };
    const bucket = { S3_BUCKET: 'cascade', S3_REGION: 'eu-south-1', ...keys };
    expect(parseEnv({ ...sandbox, ...bucket })).toMatchObject(bucket);
    expect(parseEnv({ ...sandbox, ...bucket, S3_ENDPOINT: 'https://objects.example' })).toMatchObject(bucket);
  });

  it('lets citizens be paid in earnest only by the operator’s own words, to the letter', () => {
    const connect = { ...live, CASH_OUT_PROVIDER: 'stripe_connect' };
    const words = cashOutAcknowledgement;
    const said = { ...connect, CASH_OUT_ACKNOWLEDGEMENT: words };
    expect(parseEnv(said).CASH_OUT_PROVIDER).toBe('stripe_connect');
    for (const CASH_OUT_ACKNOWLEDGEMENT of ['', 'yes', words.toUpperCase(), `${words} `, words.slice(1)]) {
      expect(() => parseEnv({ ...connect, CASH_OUT_ACKNOWLEDGEMENT })).toThrow('CASH_OUT_ACKNOWLEDGEMENT must be');
    }
    expect(() => parseEnv({ ...said, ...sandbox })).toThrow('CASH_OUT_PROVIDER must not be stripe_connect');
    expect(() => parseEnv({ ...live, CASH_OUT_PROVIDER: 'sandbox' })).toThrow('CASH_OUT_PROVIDER must not be sandbox');
  });

  it('means live when nothing says otherwise', () => {
    const { CASCADE_MODE: _mode, ...rest } = live;
    expect(parseEnv(rest).CASCADE_MODE).toBe('live');
  });

  it.each([
    ['a live key in the sandbox', { ...sandbox, STRIPE_SECRET_KEY: 'sk_live_1' }],
    ['a test key in live', { ...live, STRIPE_SECRET_KEY: 'sk_test_1' }],
    ['a stand-in for Stripe in live', { ...live, STRIPE_API_URL: 'http://127.0.0.1:4000' }],
    ['an address without HTTPS in live', { ...live, APP_URL: 'http://cascade.example' }],
    ['an issuer without HTTPS in live', { ...live, VENICE_ISSUER: 'http://id.example' }],
    ['no mail server in live', { ...live, SMTP_URL: '', MAIL_FROM: '' }],
    ['a mail server without a sender', { ...sandbox, SMTP_URL: 'smtp://mail.example' }],
    ['a mail server that is a page', { ...live, SMTP_URL: 'https://mail.example' }],
    ['a sender of two lines', { ...live, MAIL_FROM: 'CASCADE\nBcc: all@mail.example' }],
    ['a malformed key for fields', { ...sandbox, FIELD_KEYS: 'a:short' }],
    ['keys of Venice fetched without HTTPS in live', { ...live, VENICE_JWKS_URL: 'http://id.example/jwks' }],
    ['tokens for the client of the sign-in as tokens for the API', { ...sandbox, VENICE_TOKEN_AUDIENCE: 'cascade' }],
    ['a shared secret as a way to sign tokens', { ...sandbox, VENICE_TOKEN_ALGORITHMS: 'RS256,HS256' }],
    ['tokens that need no signature', { ...sandbox, VENICE_TOKEN_ALGORITHMS: 'none' }],
    ['no way at all to sign tokens', { ...sandbox, VENICE_TOKEN_ALGORITHMS: ' , ' }],
    ['a bucket without its keys', { ...sandbox, S3_BUCKET: 'cascade', S3_REGION: 'eu-south-1' }],
    ['the address of a store without a bucket', { ...sandbox, S3_ENDPOINT: 'https://objects.example' }],
    ['a short secret', { ...sandbox, CASCADE_SECRET: 'short' }],
    ['an Upstash address without its token', { ...sandbox, UPSTASH_REDIS_REST_URL: 'https://name.upstash.io' }],
    ['an Upstash token without its address', { ...sandbox, UPSTASH_REDIS_REST_TOKEN: 'token' }],
    [
      'an Upstash address without HTTPS in live',
      { ...live, ...upstash, UPSTASH_REDIS_REST_URL: 'http://name.upstash.io' },
    ],
  ])('refuses %s', (_title, variables) => {
    expect(() => parseEnv(variables)).toThrow('The settings are not usable');
  });

  it('names every setting that is missing at once', () => {
    expect(() => parseEnv({})).toThrow(/APP_URL[\s\S]*DATABASE_URL[\s\S]*CASCADE_SECRET/);
  });

  it('reads the operators as a list without blanks', () => {
    expect(parseEnv({ ...sandbox, OPERATOR_USERNAMES: ' DogeAuditor, ,NLR ' }).OPERATOR_USERNAMES).toEqual([
      'DogeAuditor',
      'NLR',
    ]);
  });
});

function logLevelWhen(given: string): string {
  vi.stubEnv('LOG_LEVEL', given);
  return logLevel();
}
