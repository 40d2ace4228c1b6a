import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ReportButton } from '#components/moderation/report-button.tsx';
import { classNames } from '#components/ui/class-names.ts';
import type { OfferEventView, OfferView } from '#server/market/offers/offer-schema.ts';

/** Everything that was said, the latest last. */
export function OfferRounds({ offer }: { offer: OfferView }) {
  const t = useTranslations('offer.rounds');
  return (
    <section aria-labelledby="offer-rounds" className="flex flex-col gap-4">
      <h2 id="offer-rounds" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <ol className="ml-1 flex flex-col gap-6 border-l border-line">
        {offer.events.map((event) => (
          <Round key={event.sequence} event={event} offer={offer} isLast={event.sequence === offer.sequence} />
        ))}
      </ol>
    </section>
  );
}

function Round({ event, offer, isLast }: { event: OfferEventView; offer: OfferView; isLast: boolean }) {
  const t = useTranslations('offer.rounds');
  const format = useFormatter();
  const { unitPriceMinor, quantity, actor, at } = event;
  const name = actor === 'system' ? t('system') : actor === offer.viewer ? t('you') : offer[actor].displayName;
  const isOwn = actor === offer.viewer;
  return (
    <li className="relative flex flex-col gap-1 pl-6">
      <span
        aria-hidden="true"
        className={classNames(
          'absolute top-2 -left-1 size-dot rounded-full border',
          isLast ? 'border-accent bg-accent' : 'border-border bg-page',
        )}
      />
      <p className="wrap-anywhere">{t(isOwn ? `own.${event.action}` : event.action, { name })}</p>
      {unitPriceMinor === null || quantity === null ? null : (
        <p className="font-semibold">
          {t.rich('named', { count: quantity, amount: () => <Amount asset="DUCAT" minor={unitPriceMinor} /> })}
        </p>
      )}
      {event.isNoteHidden ? <p className="text-sm text-danger">{t(isOwn ? 'hiddenOwn' : 'hidden')}</p> : null}
      {event.note === null ? null : <p className="wrap-anywhere">{event.note}</p>}
      {event.note === null || isOwn ? null : (
        <div>
          <ReportButton subjectKind="offer_note" subjectId={event.id} />
        </div>
      )}
      <time dateTime={at.toISOString()} className="text-sm text-muted">
        {format.dateTime(at, { dateStyle: 'medium', timeStyle: 'short' })}
      </time>
    </li>
  );
}
