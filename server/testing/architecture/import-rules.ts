import { isTest, isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { importsOf, type Import } from './syntax.ts';

/**
 * Who may import whom. Domains form layers: a domain sees only those below it. What must travel upward is an
 * outbox event, or an interface declared below and wired in server/api.
 */
const below: Readonly<Record<string, readonly string[]>> = {
  money: [],
  platform: ['money'],
  citizens: ['platform', 'money'],
  ledger: ['platform', 'money'],
  provenance: ['platform', 'money', 'ledger'],
  payments: ['platform', 'money', 'citizens', 'ledger', 'provenance'],
  market: ['platform', 'money', 'citizens', 'ledger', 'provenance', 'payments'],
  exchange: ['platform', 'money', 'citizens', 'ledger', 'provenance'],
  coinage: ['platform', 'money', 'citizens', 'ledger', 'provenance'],
  enterprise: ['platform', 'money', 'citizens', 'payments'],
  webhooks: ['platform', 'money', 'enterprise'],
  insights: ['platform', 'money'],
  sandbox: ['platform', 'money'],
};
/** Files of domains above that may be read nevertheless. */
const readers: Readonly<Record<string, RegExp>> = {
  enterprise: /^server\/ledger\/queries\.ts$/,
  insights: /^server\/[a-z]+\/queries\.ts$/,
};
const joiners = new Set(['api', 'main.ts', 'worker.ts', 'testing']);
const pageProgram =
  /^(next|react|react-dom|server-only|client-only|next-intl|@trpc\/client|@trpc\/tanstack-react-query|@tanstack\/react-query)(\/|$)/;
const nextAuthHomes = /^server\/(citizens\/|platform\/session\.ts$|api\/)/;

/** Everything that a file imports and may not. */
export function importViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => isTypeScript(file.path))
    .flatMap((file) =>
      importsOf(file).flatMap((imported) => {
        const message =
          imported.target === null
            ? packageProblem(file.path, imported)
            : fileProblem(file.path, imported.target, imported);
        return message === null ? [] : [{ path: file.path, line: imported.line, message }];
      }),
    );
}

function packageProblem(path: string, { specifier }: Import): string | null {
  if (!path.startsWith('server/') || isTest(path) || path.startsWith('server/testing/')) return null;
  const domain = domainOf(path);
  if (domain === 'money') return `server/money imports nothing, so not ${specifier}`;
  if (/^next-auth(\/|$)/.test(specifier)) {
    return nextAuthHomes.test(path)
      ? null
      : 'next-auth is spoken only where citizens sign in (server/citizens) and where a session is read';
  }
  if (specifier === 'next' && path === 'server/main.ts') return null;
  return pageProgram.test(specifier) ? `nothing under server/ imports ${specifier}: it belongs to pages` : null;
}

function fileProblem(path: string, target: string, imported: Import): string | null {
  if (target.startsWith('prisma/generated/') && path !== 'server/platform/db.ts') {
    return 'the generated client is reached only through server/platform/db.ts';
  }
  const guarded = guardedProblem(path, target);
  if (guarded !== null || isTest(path)) return guarded;
  if (path.startsWith('server/')) return serverProblem(path, target);
  if (path.startsWith('app/')) return appProblem(path, target, imported);
  if (path.startsWith('components/')) return componentProblem(target, imported);
  return null;
}

/** Test equipment and stand-ins never reach the product. */
function guardedProblem(path: string, target: string): string | null {
  if (isTest(path) || path.startsWith('server/testing/')) return null;
  if (target.startsWith('server/testing/') && path !== 'eslint.config.mjs')
    return 'nothing imports server/testing but tests';
  if (target.startsWith('server/sandbox/') && !path.startsWith('server/sandbox/'))
    return 'nothing imports server/sandbox: it is reached over HTTP';
  return null;
}

function serverProblem(path: string, target: string): string | null {
  const from = domainOf(path);
  const to = domainOf(target);
  if (from === 'testing' && target.startsWith('scripts/')) return null;
  if (joiners.has(from))
    return target.startsWith('server/') || target.startsWith('prisma/') ? null : `server/ does not import ${target}`;
  if (!target.startsWith('server/'))
    return from === 'platform' && target.startsWith('prisma/') ? null : `server/${from} does not import ${target}`;
  if (from === to || (below[from]?.includes(to) ?? false)) return null;
  if (readers[from]?.test(target) ?? false) return null;
  if (below[from] === undefined) return `server/${from} is not a domain of the design: name it in import-rules.ts`;
  return `server/${from} stands below or beside server/${to} and may not import it`;
}

/** Pure files that pages and components share with the server. */
const sharedWithPages =
  /^server\/([a-z]+\/(([a-z]+(-[a-z]+)*\/)?([a-z]+(-[a-z]+)*-)?schema|kinds)|platform\/calendar-day)\.ts$/;

function appProblem(path: string, target: string, { isTypeOnly }: Import): string | null {
  if (target.startsWith('app/') || target.startsWith('components/') || isTypeOnly) return null;
  if (/^server\/(api|money)\//.test(target) || sharedWithPages.test(target)) return null;
  if (path.startsWith('app/api/') && target.startsWith('server/citizens/')) return null;
  return `a page reads through server/api, schemas and money, not ${target}`;
}

function componentProblem(target: string, { isTypeOnly }: Import): string | null {
  if (
    target.startsWith('components/') ||
    target.startsWith('app/_i18n/') ||
    target.startsWith('app/_fonts/') ||
    isTypeOnly
  )
    return null;
  if (target.startsWith('server/money/') || sharedWithPages.test(target)) return null;
  return `a component imports schemas and money (and types), not ${target}`;
}

/** The folder below server/, or the name of a file that stands there itself. */
function domainOf(path: string): string {
  return path.split('/')[1] ?? '';
}
