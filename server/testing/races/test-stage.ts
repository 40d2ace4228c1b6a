import { randomUUID } from 'node:crypto';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { takeDueSteps } from '#server/market/orders/deadline-jobs.ts';
import { once } from '#server/platform/once.ts';
import { createLimits } from '#server/platform/rate-limit.ts';
import { classesTimes } from '#server/platform/rate-limit-classes.ts';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import type { TestDatabase } from '../database.ts';
import { frontSecret, testFront } from '../front.ts';
import { signedInCitizen } from '../sessions.ts';
import { assignTestLevel } from '../trust.ts';
import { endTimeOf } from './house.ts';
import { hold, type House, type Stage } from './stage.ts';
import { visitorAt, type Visitor } from './visitor.ts';

export interface TestStage extends Stage {
  readonly database: TestDatabase;
}

/** A stage in this process: the web process without its pages, over real HTTP, on a database of its own. */
export async function testStage(runners = 16): Promise<TestStage> {
  // Nobody is refused for how often they call: all come from one address.
  once('limits', () => createLimits({ clock: systemClock, classes: classesTimes(1_000) }));
  const front = await testFront();
  const ids = new Map<Visitor, string>();
  const citizen = async (name: string) => {
    const { citizenId, cookie } = await signedInCitizen(front.direct, { username: name, secret: frontSecret });
    await front.direct.inTransaction((tx) => assignTestLevel(tx, { citizenId, level: 3, clock: systemClock }));
    const visitor = visitorAt(front.base, { name, cookie });
    ids.set(visitor, citizenId);
    return visitor;
  };
  const seller = await citizen('seller');
  const buyers: Visitor[] = [];
  while (buyers.length < runners) buyers.push(await citizen(`buyer_${String(buyers.length)}`));
  return {
    seller,
    buyers,
    database: front.direct,
    fund: (who, amountMinor) => give(front.direct, { owner: ids.get(who) ?? randomUUID(), amountMinor }),
    house: houseOf(front.direct),
  };
}

/** Two workers at once. */
function houseOf(database: TestDatabase): House {
  const deps = { database, clock: systemClock, ids: systemIds, secret: frontSecret };
  return {
    actOn: async (orderIds) => {
      await endTimeOf(database, orderIds);
      const works = Promise.all([takeDueSteps(deps), takeDueSteps(deps)]);
      const settled = works.then((reports) => {
        const failed = reports.flatMap((report) => report.failed);
        hold(failed.length === 0, 'the house takes its steps or leaves them', failed);
      });
      return { settled };
    },
  };
}

function give(database: TestDatabase, { owner, amountMinor }: { owner: string; amountMinor: bigint }): Promise<void> {
  return database.inTransaction(async (tx) => {
    const creditAccountId = await openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
    const debitAccountId = systemAccountId('issuance', 'DUCAT');
    await postLinked(tx, [{ id: systemIds.uuid(), debitAccountId, creditAccountId, amountMinor, kind: 'mint' }]);
  });
}
