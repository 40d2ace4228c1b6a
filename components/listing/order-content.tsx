import { useFormatter, useTranslations } from 'next-intl';

import { RichText } from '#components/listing/rich-text.tsx';
import { Card } from '#components/ui/card.tsx';
import type { ContentView } from '#server/market/catalogue/details-schema.ts';

/** What a buyer of something digital received: the text, and the files to keep. */
export function OrderContent({ contents }: { contents: readonly ContentView[] }) {
  const t = useTranslations('listing.content');
  return (
    <Card as="section" labelledBy="order-content">
      <div className="flex flex-col gap-4">
        <h2 id="order-content" className="text-lg font-semibold">
          {t('title')}
        </h2>
        {contents.map((content) => (
          <Content key={content.listingId} content={content} isNamed={contents.length > 1} />
        ))}
      </div>
    </Card>
  );
}

function Content({ content, isNamed }: { content: ContentView; isNamed: boolean }) {
  const t = useTranslations('listing.content');
  const format = useFormatter();
  const { title, text, files } = content;
  return (
    <div className="flex flex-col gap-3">
      {isNamed ? <h3 className="font-semibold">{title}</h3> : null}
      {text === null ? null : <RichText text={text} />}
      {files.length === 0 ? null : (
        <ul className="flex flex-col gap-2">
          {files.map(({ id, name, bytes }) => (
            <li key={id} className="break-all">
              {/* A file, not a page: the router must not fetch it. */}
              <a href={`/api/contents/${id}`} download className="text-accent underline underline-offset-4">
                {name}
              </a>{' '}
              <span className="text-sm text-muted">{t('size', { size: format.number(Math.ceil(bytes / 1_024)) })}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
