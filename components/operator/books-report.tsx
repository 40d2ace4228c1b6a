import { useFormatter, useTranslations } from 'next-intl';

import { CheckCard } from '#components/operator/check-card.tsx';
import { CheckFindings } from '#components/operator/check-findings.tsx';
import { CheckHistory } from '#components/operator/check-history.tsx';
import { CheckNow } from '#components/operator/check-now.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { NoticeTone } from '#components/ui/notice.tsx';
import type { Finding } from '#server/ledger/checker.ts';
import type { CheckKind, CheckRun } from '#server/ledger/check-runs.ts';

/** After how many minutes the last result of a kind is older than its schedule allows. */
const staleMinutes: Record<CheckKind, number> = { incremental: 15, full: 26 * 60 };
const tones = { ok: 'success', look: 'info', wrong: 'danger' } as const satisfies Record<string, NoticeTone>;

interface BooksReportProps {
  full: CheckRun | null;
  incremental: CheckRun | null;
  /** The last results, newest first. */
  runs: readonly CheckRun[];
  now: Date;
}

/** Whether the books agree, by the last check of each kind; what these found, and the results before them. */
export function BooksReport({ full, incremental, runs, now }: BooksReportProps) {
  const t = useTranslations('operator.books');
  const latest = [incremental, full].filter((run) => run !== null);
  return (
    <section aria-labelledby="books" className="flex flex-col gap-6">
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="flex min-w-0 flex-col gap-1">
          <h2 id="books" className="font-display text-display-sm font-semibold">
            {t('title')}
          </h2>
          <p className="max-w-prose text-muted">{t('lead')}</p>
        </div>
        <CheckNow />
      </div>
      {latest.length === 0 ? (
        <EmptyState title={t('never')}>{t('neverText')}</EmptyState>
      ) : (
        <>
          <Verdict latest={latest} />
          <Stale latest={latest} now={now} />
          <div className="grid items-start gap-4 md:grid-cols-2 md:gap-6">
            <CheckCard kind="incremental" run={incremental} />
            <CheckCard kind="full" run={full} />
          </div>
          <CheckFindings runs={latest} />
          <CheckHistory runs={runs} />
        </>
      )}
    </section>
  );
}

/** A hard finding of either kind counts until a later check of that kind is without: each sees what the other cannot. */
function Verdict({ latest }: { latest: readonly CheckRun[] }) {
  const t = useTranslations('operator.books');
  const namesOf = (severity: Finding['severity']) =>
    new Set(
      latest.flatMap((run) => run.findings.flatMap((found) => (found.severity === severity ? [found.check] : []))),
    );
  const [hard, soft] = [namesOf('hard').size, namesOf('soft').size];
  const calm = soft === 0 ? 'ok' : 'look';
  const verdict = hard === 0 ? calm : 'wrong';
  return (
    <Notice tone={tones[verdict]} title={t(verdict)}>
      <p>{t(`${verdict}Text`, { count: hard === 0 ? soft : hard })}</p>
    </Notice>
  );
}

function Stale({ latest, now }: { latest: readonly CheckRun[]; now: Date }) {
  const t = useTranslations('operator.books');
  const format = useFormatter();
  // A full check sees what an incremental one would: only the newest of both has to be of the last minutes.
  const age = (run: CheckRun) => (now.getTime() - run.finishedAt.getTime()) / 60_000;
  const full = latest.find((run) => run.kind === 'full');
  const newest = latest.toSorted((left, right) => age(left) - age(right))[0];
  const late =
    newest !== undefined && age(newest) > staleMinutes.incremental
      ? newest
      : full !== undefined && age(full) > staleMinutes.full
        ? full
        : undefined;
  if (late === undefined) return null;
  return (
    <Notice title={t('stale')}>
      <p>{t('staleText', { kind: late.kind, time: format.relativeTime(late.finishedAt, now) })}</p>
    </Notice>
  );
}
