import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { Panel } from '#components/dashboard/panel.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Card } from '#components/ui/card.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { SellerEscrow } from '#server/market/dashboards/dashboard-schema.ts';

interface EarningsPanelProps {
  escrow: SellerEscrow;
  heldMinor: bigint;
  clearedMinor: bigint;
  /** Of what is held, the next first. */
  clearings: readonly { at: Date; amountMinor: bigint }[];
}

const clearingsShown = 5;

/** Where a seller's earnings are in their life: in escrow, held, and theirs. */
export function EarningsPanel({ escrow, heldMinor, clearedMinor, clearings }: EarningsPanelProps) {
  const t = useTranslations('dashboard.earnings');
  return (
    <Panel
      id="earnings"
      title={t('title')}
      aside={
        <TextLink href="/wallet/origins" prefetch={false}>
          {t('more')}
        </TextLink>
      }
    >
      <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-3">
        <Stage label={t('escrow')} minor={escrow.netMinor} note={t('escrowNote', { count: escrow.orders })} />
        <Stage label={t('held')} minor={heldMinor} note={t('heldNote')} />
        <Stage label={t('available')} minor={clearedMinor} note={t('availableNote')} isOwn>
          <LinkButton href="/wallet/cash-out" variant="secondary" size="small" prefetch={false}>
            {t('cashOut')}
          </LinkButton>
        </Stage>
      </dl>
      {clearings.length === 0 ? null : <Clearings clearings={clearings.slice(0, clearingsShown)} />}
    </Panel>
  );
}

interface StageProps {
  label: string;
  minor: bigint;
  note: string;
  isOwn?: boolean;
  children?: ReactNode;
}

function Stage({ label, minor, note, isOwn = false, children }: StageProps) {
  return (
    <div className="flex flex-col gap-1 bg-surface p-4 sm:p-6">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className={isOwn ? 'text-2xl font-semibold text-success' : 'text-2xl font-semibold'}>
        <Amount asset="DUCAT" minor={minor} unit="mark" />
      </dd>
      <dd className="text-sm text-muted">{note}</dd>
      {children === undefined ? null : <dd className="pt-2">{children}</dd>}
    </div>
  );
}

function Clearings({ clearings }: Pick<EarningsPanelProps, 'clearings'>) {
  const t = useTranslations('dashboard.earnings');
  const format = useFormatter();
  return (
    <Card>
      <h3 className="pb-2 font-semibold">{t('clearings')}</h3>
      <ul className="flex flex-col divide-y divide-line">
        {clearings.map(({ at, amountMinor }) => (
          <li key={at.toISOString()} className="flex flex-wrap justify-between gap-x-4 py-2">
            <time dateTime={at.toISOString()}>{format.dateTime(at, { dateStyle: 'long', timeStyle: 'short' })}</time>
            <Amount asset="DUCAT" minor={amountMinor} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
