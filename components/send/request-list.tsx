import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { RequestActions } from '#components/send/request-actions.tsx';
import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type {
  DucatRequestSide,
  DucatRequestState,
  DucatRequestView,
} from '#server/market/peer-transfers/ducat-request-schema.ts';

interface RequestListProps {
  side: DucatRequestSide;
  requests: readonly DucatRequestView[];
}

/** Requests of one side, the newest first, each with what its reader can do about it. */
export function RequestList({ side, requests }: RequestListProps) {
  const t = useTranslations('send.requests');
  if (requests.length === 0) return <EmptyState title={t(`none.${side}`)}>{t(`noneText.${side}`)}</EmptyState>;
  return (
    <ul className="flex flex-col gap-4">
      {requests.map((request) => (
        <li key={request.id}>
          <RequestCard request={request} />
        </li>
      ))}
    </ul>
  );
}

const toneOf: Readonly<Record<DucatRequestState, BadgeTone>> = {
  open: 'gold',
  paid: 'success',
  declined: 'danger',
  withdrawn: 'neutral',
  expired: 'neutral',
};

function RequestCard({ request }: { request: DucatRequestView }) {
  const t = useTranslations('send.requests');
  const format = useFormatter();
  const other = request.side === 'asked' ? request.payer : request.asker;
  const day = (time: Date) => format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Card as="article" labelledBy={`request-${request.id}`}>
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <h3 id={`request-${request.id}`} className="min-w-0 font-medium wrap-anywhere">
            {t(request.side === 'asked' ? 'to' : 'from', { name: other.displayName, username: other.username })}
          </h3>
          <Badge tone={toneOf[request.state]}>{t(`state.${request.state}`)}</Badge>
        </div>
        <p className="text-xl font-semibold">
          <Amount asset="DUCAT" minor={request.amountMinor} />
        </p>
        {request.note === null ? null : <p className="wrap-anywhere">{request.note}</p>}
        <p className="text-sm text-muted">
          {request.state === 'open'
            ? t('openUntil', { made: day(request.createdAt), until: day(request.expiresAt) })
            : t('made', { made: day(request.createdAt) })}
        </p>
        {request.peerTransferId === null ? null : (
          <p>
            <TextLink href={`/wallet/sent/${request.peerTransferId}`} prefetch={false}>
              {t('receipt')}
            </TextLink>
          </p>
        )}
        {request.state === 'open' ? (
          <RequestActions
            requestId={request.id}
            side={request.side}
            name={other.displayName}
            amountMinor={request.amountMinor}
          />
        ) : null}
      </div>
    </Card>
  );
}
