import type { CheckScope } from '#server/ledger/check-scope.ts';
import type { BookCheck } from '#server/ledger/checks.ts';
import { Prisma } from '#server/platform/db.ts';

/** Sealed months: that the seals are as they were written, and that what they are about is as it was sealed. */
export function sealChecks({ isFull }: CheckScope): BookCheck[] {
  return isFull ? [sealChain, sealAccounts, sealClosing, sealEntries, sealTransfers] : [sealChain];
}

/** Each seal has the hash of its own columns and of the seal before it, no month is left out, and posting knows of it. */
const sealChain: BookCheck = {
  name: 'seal_chain',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('seal of %s', s.month), format('hash %s, after %s', s.computed, coalesce(s.hash_before, 'none')),
           format('hash %s, after %s', s.hash, coalesce(s.previous_hash, 'none'))
    FROM (SELECT o.*, ledger.seal_hash(o) AS computed, lag(o.hash) OVER (ORDER BY o.month) AS hash_before,
                 lag(o.month) OVER (ORDER BY o.month) AS month_before
          FROM ledger.seal o) s
    WHERE s.hash <> s.computed OR s.previous_hash IS DISTINCT FROM s.hash_before
       OR s.month <> s.month_before + interval '1 month'
    UNION ALL
    SELECT 0, 1, 'ids that may be booked', format('not below %s', i.ids_until), format('from %s', c.ids_from)
    FROM ledger.control c CROSS JOIN (SELECT max(o.month) AS month FROM ledger.seal o) s
    CROSS JOIN LATERAL ledger.month_ids(s.month) i
    WHERE c.ids_from < i.ids_until
    UNION ALL
    SELECT 0, 2, 'ids of the archive',
           coalesce(format('until %s', i.ids_until), 'none'), format('until %s', c.archived_until)
    FROM ledger.control c CROSS JOIN (SELECT max(d.month) AS month FROM ledger.seal_detachment d) s
    CROSS JOIN LATERAL ledger.month_ids(s.month) i
    WHERE c.archived_until <> coalesce(i.ids_until, '00000000-0000-0000-0000-000000000000')`,
};

/** The accounts of a seal have its digest, so that no row of them can be changed, added or taken away. */
const sealAccounts: BookCheck = {
  name: 'seal_accounts',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('accounts of the seal of %s', s.month), format('digest %s', s.accounts_digest),
           format('digest %s', d.computed)
    FROM ledger.seal s CROSS JOIN LATERAL (SELECT ledger.accounts_digest(s.month) AS computed) d
    WHERE s.accounts_digest <> d.computed`,
};

/** What an account held when a month was sealed is what its entry of that version says. */
const sealClosing: BookCheck = {
  name: 'seal_closing',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT s.account_id, s.version, format('account %s version %s, sealed with %s', s.account_id, s.version, s.month),
           format('balance %s, reserved %s, at %s', s.balance, s.reserved, s.booked_at),
           coalesce(format('balance %s, reserved %s, at %s', e.balance, e.reserved, e.booked_at), 'no entry')
    FROM ledger.seal_account s
    LEFT JOIN ledger.entry e ON e.account_id = s.account_id AND e.version = s.version
    WHERE (s.balance, s.reserved, s.booked_at) IS DISTINCT FROM (e.balance, e.reserved, e.booked_at)`,
};

/** The entries of an account between two seals. */
const sealEntries: BookCheck = {
  name: 'seal_entries',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT s.account_id, s.version, format('account %s versions %s to %s, sealed with %s', s.account_id,
             s.version_before + 1, s.version, s.month),
           format('digest %s', s.entries_digest), format('digest %s', s.computed)
    FROM (SELECT o.*, ledger.entries_digest(o.account_id, o.version_before, o.version) AS computed
          FROM (SELECT b.*, lag(b.version, 1, 0::bigint) OVER (PARTITION BY b.account_id ORDER BY b.month) AS version_before
                FROM ledger.seal_account b) o) s
    WHERE s.entries_digest <> s.computed`,
};

/** The transfers of a sealed month, attached or in the archive: how many, what they moved, and every column of them. */
const sealTransfers: BookCheck = {
  name: 'seal_transfers',
  severity: 'hard',
  rows: Prisma.sql`
    SELECT 0, 0, format('transfers of %s', s.month),
           format('%s and %s refusals, moved %s, digest %s', s.transfers, s.refusals, s.amounts, s.transfers_digest),
           format('%s and %s refusals, moved %s, digest %s', d.transfers, d.refusals, d.amounts, d.digest)
    FROM ledger.seal s CROSS JOIN LATERAL ledger.month_ids(s.month) i
    CROSS JOIN LATERAL ledger.transfers_digest(i.ids_from, i.ids_until) d
    WHERE (s.transfers, s.refusals, s.amounts, s.transfers_digest)
      IS DISTINCT FROM (d.transfers, d.refusals, d.amounts, d.digest)`,
};
