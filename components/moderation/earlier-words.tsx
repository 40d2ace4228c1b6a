import { useFormatter, useTranslations } from 'next-intl';

import { PictureRow } from '#components/moderation/picture-row.tsx';
import { wordDifferences } from '#components/moderation/word-differences.ts';
import type { EarlierWords, SubjectView } from '#server/market/people/people-schema.ts';

/** What was reported and says something else by now: as it was then, with what went and what came since. */
export function EarlierWordsList({ earlier, subject }: { earlier: readonly EarlierWords[]; subject: SubjectView }) {
  const t = useTranslations('moderation.earlier');
  if (earlier.length === 0) return null;
  return (
    <section aria-label={t('title')} className="flex flex-col gap-4 rounded-md border border-border bg-sunken p-4">
      <p className="font-medium">{t('lead')}</p>
      {earlier.map((words) => (
        <Earlier key={words.from.toISOString()} words={words} subject={subject} />
      ))}
    </section>
  );
}

function Earlier({ words, subject }: { words: EarlierWords; subject: SubjectView }) {
  const t = useTranslations('moderation.earlier');
  const format = useFormatter();
  const { from, until, version } = words;
  const when = format.dateTimeRange(from, until, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <article className="flex flex-col gap-2">
      <h4 className="text-sm text-muted">
        {t('when', { when })}
        {version === null || subject.version === null
          ? null
          : ` ${t('versions', { then: version, now: subject.version })}`}
      </h4>
      <p className="font-semibold wrap-anywhere">
        <Differences earlier={words.title} now={subject.title} />
      </p>
      <p className="max-w-prose border-l-4 border-line py-1 pl-3 whitespace-pre-line wrap-anywhere">
        <Differences earlier={words.text} now={subject.text} />
      </p>
      <Pictures words={words} subject={subject} />
    </article>
  );
}

/** Marked by a line and by words for those who do not see it, never by colour alone. */
function Differences({ earlier, now }: { earlier: string; now: string }) {
  const t = useTranslations('moderation.earlier');
  return wordDifferences(earlier, now).map(({ kind, text }, index) => {
    const key = `${String(index)} ${kind}`;
    if (kind === 'same') return <span key={key}>{text}</span>;
    return kind === 'gone' ? (
      <del key={key} className="bg-danger-soft text-danger">
        <span className="sr-only">{t('gone')} </span>
        {text}
      </del>
    ) : (
      <ins key={key} className="bg-success-soft text-success [del+&]:ml-1">
        <span className="sr-only">{t('new')} </span>
        {text}
      </ins>
    );
  });
}

function Pictures({ words, subject }: { words: EarlierWords; subject: SubjectView }) {
  const t = useTranslations('moderation.earlier');
  if (words.pictureIds.join(' ') === subject.pictureIds.join(' ')) return null;
  const sides = [
    { key: 'then', pictureIds: words.pictureIds },
    { key: 'now', pictureIds: subject.pictureIds },
  ] as const;
  return sides.map(({ key, pictureIds }) => (
    <figure key={key} className="flex flex-col gap-1">
      <figcaption className="text-sm text-muted">
        {t(key === 'then' ? 'picturesThen' : 'picturesNow', { count: pictureIds.length })}
      </figcaption>
      <PictureRow pictureIds={pictureIds} />
    </figure>
  ));
}
