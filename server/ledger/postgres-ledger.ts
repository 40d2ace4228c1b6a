import { createAccounts } from '#server/ledger/account-batches.ts';
import { closeAccount, freezeAccount, unfreezeAccount } from '#server/ledger/accounts.ts';
import { balanceOn, dayTotals, statementByDay } from '#server/ledger/day-queries.ts';
import { foldRollups, groupTotal } from '#server/ledger/groups.ts';
import { setVelocityLimits, velocityLimits } from '#server/ledger/limits.ts';
import { lookupAccounts, lookupTransfers } from '#server/ledger/lookups.ts';
import { deliverMonitorEvents, removeMonitor, setMonitor } from '#server/ledger/monitors.ts';
import type { Ledger, LedgerReads, LedgerWrites } from '#server/ledger/port.ts';
import { accountEntries, balanceAt } from '#server/ledger/queries.ts';
import { queryTransfers } from '#server/ledger/transfer-queries.ts';
import { expirePendings, post } from '#server/ledger/transfers.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Db, Tx } from '#server/platform/db.ts';
import type { Ids } from '#server/platform/ids.ts';

/** How the edge that makes the ledger reaches the database: services open no transaction themselves. */
export interface LedgerConnection {
  /** For what only reads. */
  db: Db;
  /** Runs the work in one transaction: all of it is kept, or none when it throws. */
  write: <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>;
  /** Makes the outbox events that crossings become. */
  clock: Clock;
  ids: Ids;
}

/**
 * The port over PostgreSQL: each call is the function of this folder with that name, a writing one in a transaction of
 * its own. Who books together with rows of another domain calls those functions with the transaction of both instead.
 */
export function postgresLedger(connection: LedgerConnection): Ledger {
  return { ...writesOf(connection), ...readsOf(connection) };
}

function writesOf({ write, clock, ids }: LedgerConnection): LedgerWrites {
  return {
    createAccounts: (requests) => write((tx) => createAccounts(tx, requests)),
    createTransfers: (requests, options) => write((tx) => post(tx, requests, options)),
    expirePendings: () => write(expirePendings),
    freeze: (accountId) => write((tx) => freezeAccount(tx, accountId)),
    unfreeze: (accountId) => write((tx) => unfreezeAccount(tx, accountId)),
    close: (accountId) => write((tx) => closeAccount(tx, accountId)),
    setVelocityLimits: (owner, limits) => write((tx) => setVelocityLimits(tx, owner, limits)),
    setMonitor: (monitor) => write((tx) => setMonitor(tx, monitor)),
    removeMonitor: (monitorId) => write((tx) => removeMonitor(tx, monitorId)),
    takeCrossings: () => write(async (tx) => (await deliverMonitorEvents(tx, { clock, ids })).taken),
    foldGroups: () => write(foldRollups),
  };
}

function readsOf({ db, write }: LedgerConnection): LedgerReads {
  return {
    dryRun: (requests, options) => write((tx) => post(tx, requests, { ...options, isDryRun: true })),
    lookupAccounts: (accountIds) => lookupAccounts(db, accountIds),
    lookupTransfers: (transferIds) => lookupTransfers(db, transferIds),
    accountEntries: (query) => accountEntries(db, query),
    balanceAt: (accountId, moment) => balanceAt(db, accountId, moment),
    queryTransfers: (query) => queryTransfers(db, query),
    balanceOn: (accountId, day) => balanceOn(db, accountId, day),
    dayTotals: (query) => dayTotals(db, query),
    statementByDay: (query) => statementByDay(db, query),
    groupTotal: (name) => groupTotal(db, name),
    velocityLimits: (owner) => velocityLimits(db, owner),
  };
}
