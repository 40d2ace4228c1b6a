import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPages, usualBuild } from './build.mjs';
import { migrateDatabase, prepareDatabase, requireOwnDatabase, seedDatabase } from './database.mjs';
import { embeddedParts, settingNames } from './environment.mjs';
import { Halt } from './halt.mjs';
import { rememberedPorts } from './ports.mjs';
import { startPostgres } from './postgres.mjs';
import { endLeftovers, logFile, Processes } from './processes.mjs';
import { pause } from './process-table.mjs';
import { step } from './progress.mjs';
import { readSecrets } from './secrets.mjs';

const readyTimeoutMs = 90_000;
const readyPollMs = 150;

/**
 * The whole product of one data folder: database, sandboxes, pages, `main` and `worker`.
 * Options: `folder`; `port`; `given` (settings from outside); `isDev`; `isThrowaway` (a database that need not
 * survive a crash); `build` (name of the build's folder).
 */
export class Product {
  #options;
  #processes;
  #postgres = null;
  #fail;
  #isStopping = false;

  /** Rejects with a sentence when a part ends that was not asked to. Never resolves. */
  failed;

  constructor(options) {
    this.#options = { isDev: false, isThrowaway: false, build: usualBuild, ...options };
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = (sentence) => reject(new Halt(sentence));
    });
    this.failed.catch(() => undefined);
    this.#processes = new Processes(options.folder, (sentence) => this.#fail(sentence));
  }

  /** Starts everything; resolves with its addresses and settings once it answers. */
  async start() {
    return await Promise.race([this.#start(), this.failed]);
  }

  async #start() {
    const { folder, given } = this.#options;
    const embedded = embeddedParts(given);
    await endLeftovers(folder);
    const env = { ...given, ...(await this.#baseSettings(embedded)) };
    Object.assign(env, await step('starting PostgreSQL', () => this.#database(embedded, env)));
    const logs = join(folder, 'logs');
    const sandboxes = await step('starting the sandboxes', () => this.#sandboxes(embedded, env));
    Object.assign(env, sandboxes.settings);
    await step('bringing the database up to date', () => migrateDatabase(env, logs));
    await step('seeding the demo market when it is empty', (note) => seedDatabase(env, logs, note));
    writeSettings(folder, env);
    if (!this.#options.isDev) await buildPages(env, this.#options.build);
    await step('starting CASCADE', () => this.#serve(env));
    return { appUrl: env.APP_URL, ...sandboxes.addresses, env, embedded, cluster: this.#postgres?.cluster ?? null };
  }

  /** Stops everything in order: main, worker, sandboxes, database. */
  async stop() {
    this.#isStopping = true;
    await this.#processes.stop();
    await this.#postgres?.stop();
    this.#postgres = null;
  }

  /** Ends everything at once, without asking. */
  kill() {
    this.#isStopping = true;
    this.#processes.kill();
    this.#postgres?.kill();
  }

  async #baseSettings(embedded) {
    const { folder, given, port, isDev, build } = this.#options;
    const secrets = readSecrets(folder);
    const APP_URL = given.APP_URL ?? `http://localhost:${String(port)}`;
    return {
      NODE_ENV: isDev ? 'development' : 'production',
      CASCADE_MODE: given.CASCADE_MODE ?? 'sandbox',
      CASCADE_SECRET: given.CASCADE_SECRET ?? secrets.cascadeSecret,
      CASCADE_BUILD_FOLDER: build,
      HOST: given.HOST ?? '127.0.0.1',
      PORT: String(port),
      APP_URL,
      NEXTAUTH_URL: APP_URL,
      NEXT_TELEMETRY_DISABLED: '1',
      STORAGE_FOLDER: given.STORAGE_FOLDER ?? join(folder, 'storage'),
      ...(embedded.stripe
        ? { STRIPE_SECRET_KEY: secrets.stripeSecretKey, STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret }
        : {}),
      ...(embedded.venice
        ? {
            VENICE_CLIENT_ID: 'cascade',
            VENICE_CLIENT_SECRET: secrets.veniceClientSecret,
            OPERATOR_USERNAMES: given.OPERATOR_USERNAMES ?? 'DogeAuditor,rialto_banker',
          }
        : {}),
    };
  }

  async #database(embedded, env) {
    const { folder, isThrowaway } = this.#options;
    if (!embedded.database) {
      await requireOwnDatabase(env.DATABASE_MIGRATION_URL ?? env.DATABASE_URL);
      return {};
    }
    const secrets = readSecrets(folder);
    const { postgres: port } = await rememberedPorts(folder, ['postgres']);
    this.#postgres = await startPostgres({
      folder,
      port,
      password: secrets.postgresSuperuserPassword,
      log: logFile(folder, 'postgres'),
      isThrowaway,
    });
    if (this.#isStopping) await this.#postgres.stop();
    this.#postgres.onExit(() => {
      if (!this.#isStopping) this.#fail(`PostgreSQL ended unexpectedly. Its log is ${logFile(folder, 'postgres')}.`);
    });
    return await prepareDatabase(this.#postgres, secrets.postgresApplicationPassword);
  }

  async #sandboxes(embedded, env) {
    const ports = await rememberedPorts(this.#options.folder, ['venice', 'stripe']);
    const [veniceUrl, stripeUrl] = await Promise.all([
      embedded.venice ? this.#veniceSandbox(ports.venice, env) : null,
      embedded.stripe ? this.#stripeSandbox(ports.stripe, env) : null,
    ]);
    return {
      addresses: { veniceUrl, stripeUrl },
      settings: {
        ...(veniceUrl === null ? {} : { VENICE_ISSUER: veniceUrl, VENICE_API_URL: `${veniceUrl}/api` }),
        ...(stripeUrl === null ? {} : { STRIPE_API_URL: stripeUrl }),
      },
    };
  }

  #veniceSandbox(port, env) {
    const args = ['--port', String(port), '--state-dir', this.#stateFolder('venice')];
    args.push('--client-id', env.VENICE_CLIENT_ID, '--client-secret', env.VENICE_CLIENT_SECRET);
    args.push('--redirect-uri', `${env.APP_URL}/api/auth/callback/venice`);
    return this.#processes.startListener('venice sandbox', ['server/sandbox/venice/main.ts', ...args], { env });
  }

  #stripeSandbox(port, env) {
    const args = ['--port', String(port), '--state-dir', this.#stateFolder('stripe')];
    const webhookUrl = `http://${hostToAsk(env.HOST)}:${env.PORT}/api/webhooks/stripe`;
    args.push('--webhook-url', webhookUrl, '--webhook-secret', env.STRIPE_WEBHOOK_SECRET);
    args.push('--app-origin', env.APP_URL);
    return this.#processes.startListener('stripe sandbox', ['server/sandbox/stripe/main.ts', ...args], { env });
  }

  #stateFolder(name) {
    const folder = join(this.#options.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async #serve(env) {
    const { isDev } = this.#options;
    const watch = isDev
      ? ['--watch', '--watch-path=server', '--watch-path=prisma/generated', '--watch-preserve-output']
      : [];
    this.#processes.start('worker', [...watch, 'server/worker.ts'], { env, show: isDev });
    this.#processes.start('main', [...watch, 'server/main.ts', ...(isDev ? ['--dev'] : [])], { env, show: isDev });
    await this.#untilReady(`http://${hostToAsk(env.HOST)}:${env.PORT}/readyz`);
  }

  async #untilReady(url) {
    const deadline = Date.now() + readyTimeoutMs;
    let problem = 'no answer';
    while (Date.now() < deadline && !this.#isStopping) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
        if (response.ok) return;
        problem = `${String(response.status)} ${(await response.text()).slice(0, 200)}`;
      } catch (error) {
        problem = error.cause?.code ?? error.message;
      }
      await pause(readyPollMs);
    }
    throw new Halt(
      `CASCADE did not become ready (${url}: ${problem}). Its log is ${logFile(this.#options.folder, 'main')}.`,
    );
  }
}

/** The settings of the last start, for commands that one runs beside it. */
export function settingsFile(folder) {
  return join(folder, 'settings.json');
}

function writeSettings(folder, env) {
  const settings = Object.fromEntries(
    settingNames.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  writeFileSync(settingsFile(folder), `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
}

/** An address that means "every interface" is asked on loopback. */
function hostToAsk(host) {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
