import { useTranslations } from 'next-intl';

import { PictureRow } from '#components/moderation/picture-row.tsx';
import { Stars } from '#components/review/rating.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { SubjectView } from '#server/market/people/people-schema.ts';

/** The thing itself, as text, with whose it is and where it stands. */
export function SubjectFacts({ subject }: { subject: SubjectView }) {
  const t = useTranslations('moderation');
  const { displayName: name, username } = subject.author;
  return (
    <div className="flex flex-col gap-2">
      <h3 className="flex flex-wrap items-center gap-2">
        <Badge tone="gold">{t(`kinds.${subject.subjectKind}`)}</Badge>
        <span className="font-semibold wrap-anywhere">{subject.title}</span>
        {subject.isHeld ? <Badge tone="danger">{t('desk.held')}</Badge> : null}
      </h3>
      <p className="text-sm text-muted wrap-anywhere">{t('desk.author', { name, username })}</p>
      {subject.stars === null ? null : <Stars count={subject.stars} />}
      {subject.text === '' ? null : (
        <blockquote className="max-w-prose border-l-4 border-line py-1 pl-3 whitespace-pre-line wrap-anywhere">
          {subject.text}
        </blockquote>
      )}
      {subject.text === '' && subject.pictureIds.length === 0 ? (
        <p className="text-muted">{t('desk.nothing')}</p>
      ) : null}
      {subject.pictureIds.length === 0 ? null : (
        <figure className="flex flex-col gap-1">
          <figcaption className="text-sm text-muted">
            {t('desk.pictures', { count: subject.pictureIds.length })}
          </figcaption>
          <PictureRow pictureIds={subject.pictureIds} />
        </figure>
      )}
      {subject.href === null ? null : (
        <p>
          <TextLink href={subject.href}>{t('desk.where')}</TextLink>
        </p>
      )}
    </div>
  );
}
