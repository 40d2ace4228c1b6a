import { z } from 'zod';
import { once } from './once.ts';
import { sealingKeys } from './sealing.ts';

/**
 * Every setting of the product, read from the environment once and checked at boot.
 * The table in README.md lists the same names with what they do.
 */
const logLevelSetting = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info');
const url = z.url({ protocol: /^https?$/ });

const schema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
    CASCADE_MODE: z.enum(['sandbox', 'live']).default('live'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    // Compared with what browsers send as their origin, so a path or a slash at the end must not stay.
    APP_URL: url.transform((text) => new URL(text).origin),
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
    DATABASE_MIGRATION_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//)
      .optional(),
    REDIS_URL: z
      .string()
      .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
      .optional(),
    UPSTASH_REDIS_REST_URL: url.optional(),
    UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
    CASCADE_SECRET: z.string().min(32, 'needs at least 32 characters'),
    STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_/, 'must be a Stripe secret key'),
    STRIPE_WEBHOOK_SECRET: z.string().default(''),
    STRIPE_API_URL: url.optional(),
    CASH_OUT_PROVIDER: z.enum(['sandbox', 'stripe_connect', 'off']).optional(),
    CASH_OUT_ACKNOWLEDGEMENT: z.string().max(500).default(''),
    VENICE_API_URL: url.default('https://serenissima.ai/api'),
    VENICE_ISSUER: url,
    VENICE_CLIENT_ID: z.string().min(1),
    VENICE_CLIENT_SECRET: z.string().min(1),
    VENICE_JWKS_URL: url.optional(),
    VENICE_TOKEN_AUDIENCE: z.string().min(1).max(200).optional(),
    VENICE_TOKEN_ALGORITHMS: z
      .string()
      .default('RS256,ES256,EdDSA')
      .transform(listed)
      .pipe(z.array(z.enum(['RS256', 'ES256', 'EdDSA'])).min(1)),
    OPERATOR_USERNAMES: z.string().default('').transform(listed),
    RATE_LIMIT_TIMES: z.coerce.number().int().min(1).max(1_000).default(1),
    FIELD_KEYS: z
      .string()
      .refine(isKeyList, 'must be id:base64 of 32 bytes, the newest first, separated by commas')
      .optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must begin with smtp:// or smtps://' }).optional(),
    MAIL_FROM: z
      .string()
      .max(320)
      .regex(
        /^([^\r\n@<>]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/,
        'must be an address, or a name with <an address>',
      )
      .optional(),
    TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
    STORAGE_FOLDER: z.string().min(1).max(1_000).default('.data/storage'),
    S3_BUCKET: z.string().min(3).max(63).optional(),
    S3_REGION: z.string().min(1).max(40).optional(),
    S3_ACCESS_KEY_ID: z.string().min(1).max(200).optional(),
    S3_SECRET_ACCESS_KEY: z.string().min(1).max(200).optional(),
    S3_ENDPOINT: url.optional(),
    LOG_LEVEL: logLevelSetting,
  })
  .superRefine((settings, context) => {
    if (settings.VENICE_TOKEN_AUDIENCE === settings.VENICE_CLIENT_ID) {
      const message = 'VENICE_TOKEN_AUDIENCE must differ from VENICE_CLIENT_ID, for which tokens of sign-ins are made';
      context.addIssue({ code: 'custom', message });
    }
    for (const problem of contradictions(settings)) context.addIssue({ code: 'custom', message: problem });
  });

/** What CASH_OUT_ACKNOWLEDGEMENT must say, to the letter, before anybody is paid in earnest. */
export const cashOutAcknowledgement =
  'I am licensed to exchange virtual currency for money and my card processor has agreed to it.';

/** The words of a list with commas. */
function listed(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export type Env = z.infer<typeof schema>;

interface ModeSettings {
  CASCADE_MODE: 'sandbox' | 'live';
  APP_URL: string;
  STRIPE_SECRET_KEY: string;
  STRIPE_API_URL?: string | undefined;
  CASH_OUT_PROVIDER?: 'sandbox' | 'stripe_connect' | 'off' | undefined;
  CASH_OUT_ACKNOWLEDGEMENT: string;
  VENICE_API_URL: string;
  VENICE_ISSUER: string;
  VENICE_JWKS_URL?: string | undefined;
  SMTP_URL?: string | undefined;
  MAIL_FROM?: string | undefined;
}

function isKeyList(text: string): boolean {
  try {
    sealingKeys(text, '');
    return true;
  } catch {
    return false;
  }
}

interface UpstashSettings {
  UPSTASH_REDIS_REST_URL?: string | undefined;
  UPSTASH_REDIS_REST_TOKEN?: string | undefined;
}

/** What in the settings does not go together. */
function contradictions(settings: ModeSettings & UpstashSettings & BucketSettings): string[] {
  const { UPSTASH_REDIS_REST_URL: upstashUrl, UPSTASH_REDIS_REST_TOKEN: upstashToken } = settings;
  const isHalf = (upstashUrl === undefined) !== (upstashToken === undefined);
  const half = isHalf ? ['UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN need each other'] : [];
  const isMailHalf = (settings.SMTP_URL === undefined) !== (settings.MAIL_FROM === undefined);
  if (isMailHalf) half.push('SMTP_URL and MAIL_FROM need each other');
  if (isBucketHalf(settings)) half.push(`${bucketSettings.join(', ')} need each other`);
  return [...half, ...cashOutContradictions(settings), ...modeContradictions(settings)];
}

const bucketSettings = ['S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
type BucketSettings = Partial<Record<(typeof bucketSettings)[number] | 'S3_ENDPOINT', string | undefined>>;

/** A bucket is named with all that it takes, or not at all: nothing is kept in a folder by mistake. */
function isBucketHalf(settings: BucketSettings): boolean {
  const named = bucketSettings.filter((name) => settings[name] !== undefined).length;
  const isNone = named === 0 && settings.S3_ENDPOINT === undefined;
  return !isNone && named < bucketSettings.length;
}

/** Nobody is paid in earnest by a sandbox, or in play by a bank, and nobody without the operator's own words. */
function cashOutContradictions({ CASH_OUT_PROVIDER, CASH_OUT_ACKNOWLEDGEMENT, CASCADE_MODE }: ModeSettings): string[] {
  if (CASH_OUT_PROVIDER === 'sandbox' && CASCADE_MODE === 'live') {
    return ['CASCADE_MODE is live, so CASH_OUT_PROVIDER must not be sandbox'];
  }
  if (CASH_OUT_PROVIDER !== 'stripe_connect') return [];
  const problems: string[] = [];
  if (CASCADE_MODE === 'sandbox')
    problems.push('CASCADE_MODE is sandbox, so CASH_OUT_PROVIDER must not be stripe_connect');
  if (CASH_OUT_ACKNOWLEDGEMENT !== cashOutAcknowledgement) {
    problems.push(
      `CASH_OUT_PROVIDER is stripe_connect, so CASH_OUT_ACKNOWLEDGEMENT must be: ${cashOutAcknowledgement}`,
    );
  }
  return problems;
}

/** What in the settings mixes play money with real money, or shows it to the network. */
function modeContradictions(settings: ModeSettings & UpstashSettings): string[] {
  const isLiveKey = settings.STRIPE_SECRET_KEY.includes('_live_');
  if (settings.CASCADE_MODE === 'sandbox') {
    return isLiveKey ? ['CASCADE_MODE is sandbox, but STRIPE_SECRET_KEY is a live key'] : [];
  }
  const problems: string[] = [];
  if (!isLiveKey) problems.push('CASCADE_MODE is live, but STRIPE_SECRET_KEY is a test key');
  if (settings.STRIPE_API_URL !== undefined) problems.push('CASCADE_MODE is live, so STRIPE_API_URL must not be set');
  // Factors and limits rely on reaching the citizen, so that a live house without mail is not whole.
  if (settings.SMTP_URL === undefined) problems.push('CASCADE_MODE is live, so SMTP_URL and MAIL_FROM must be set');
  const secured = ['APP_URL', 'VENICE_API_URL', 'VENICE_ISSUER', 'VENICE_JWKS_URL', 'UPSTASH_REDIS_REST_URL'] as const;
  for (const name of secured) {
    if (settings[name]?.startsWith('https://') === false)
      problems.push(`CASCADE_MODE is live, so ${name} must use https`);
  }
  return problems;
}

/** Thrown at boot; its message lists every setting that is missing or wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Checks a set of variables. Empty strings count as not set. Throws `SettingsError`. */
export function parseEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return name === '' ? issue.message : `${name}: ${issue.message}`;
  });
  throw new SettingsError(`The settings are not usable:\n  ${lines.join('\n  ')}`);
}

/** How much is logged: known also where the other settings are not, as in a benchmark that makes a database itself. */
export function logLevel(): z.infer<typeof logLevelSetting> {
  const given = process.env['LOG_LEVEL'];
  return logLevelSetting.parse(given === '' ? undefined : given);
}

/** The settings of this process. */
export function env(): Env {
  return once('env', () => parseEnv(process.env));
}

/** `node --watch` leaves this behind, and Next's own child processes would report to it. */
export function forgetWatcher(): void {
  delete process.env.WATCH_REPORT_DEPENDENCIES;
}

/** next-auth reads its own address only from the environment; this is the one place that writes there. */
export function announceAddress(appUrl: string): void {
  process.env.NEXTAUTH_URL = appUrl;
}
