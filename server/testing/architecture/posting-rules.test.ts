import { describe, expect, test } from 'vitest';
import { postingViolations } from './posting-rules.ts';
import type { SourceFile } from './source-files.ts';

const posting = "import { postLinked } from '#server/ledger/transfers.ts';";
const binding = "import { bindTemplate } from '#server/ledger/templates.ts';";
const bookings: SourceFile = { path: 'server/payments/bookings.ts', text: binding };

function violationsOf(path: string, text: string): number {
  return postingViolations([bookings, { path, text }]).length;
}

describe('the posting rules turn red', () => {
  test.each([
    ['a service posts without a template', 'server/payments/service.ts', posting],
    ['a seed does', 'prisma/seed/plant-people.ts', posting],
    [
      'a service posts under another name',
      'server/market/escrow.ts',
      "import { post as book } from '#server/ledger/transfers.ts';",
    ],
    [
      'a service takes the whole file',
      'server/market/escrow.ts',
      "import * as ledger from '#server/ledger/transfers.ts';",
    ],
    ['a service loads it late', 'server/market/escrow.ts', "const { post } = await import('../ledger/transfers.ts');"],
    ['a service hands it on', 'server/market/escrow.ts', "export { post } from '#server/ledger/transfers.ts';"],
    [
      'a file makes a combiner',
      'server/api/context.ts',
      "import { createCombiner } from '#server/ledger/combiner.ts';",
    ],
    [
      'only the type of a template is known',
      'server/market/escrow.ts',
      `${posting}\nimport type { Template } from '#server/ledger/templates.ts';`,
    ],
    [
      'a service with templates writes a transfer by hand',
      'server/market/escrow.ts',
      `${posting}${binding}\nawait postLinked(tx, [{ id, debitAccountId: from, creditAccountId, amountMinor, kind }]);`,
    ],
    [
      'a bound leg is turned to another account',
      'server/market/escrow.ts',
      'const legs = bound.map((leg) => ({ ...leg, creditAccountId: other }));',
    ],
  ])('when %s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(1);
  });
});

describe('the posting rules allow', () => {
  test.each([
    ['a service that binds its templates', 'server/market/escrow.ts', `${posting}\n${binding}`],
    [
      'a service that posts what a file beside it binds',
      'server/payments/service.ts',
      `${posting}\nimport { topUpTransfers } from './bookings.ts';`,
    ],
    [
      'a type and the sweep of pendings',
      'server/worker.ts',
      "import { expirePendings, type post } from '#server/ledger/transfers.ts';",
    ],
    ['a bound leg with a condition', 'server/payments/fee-release.ts', 'const leg = { ...bound, condition };'],
    [
      'reading which side an account is on',
      'server/payments/fee-release.ts',
      'if (leg.debitAccountId === float) stop();',
    ],
    ['the ledger', 'server/ledger/combiner.ts', posting],
    ['the equipment of tests', 'server/testing/market.ts', posting],
    ['a test', 'server/market/escrow.test.ts', `${posting}\nconst leg = { debitAccountId: 1n, creditAccountId: 2n };`],
  ])('%s', (_what, path, text) => {
    expect(violationsOf(path, text)).toBe(0);
  });
});
