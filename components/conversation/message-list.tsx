import { Paperclip } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';

import { ShowAnswer } from '#components/conversation/show-answer.tsx';
import { ReportButton } from '#components/moderation/report-button.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { attachmentPath } from '#server/market/messages/message-schema.ts';
import type { ConversationView, MessageView } from '#server/market/messages/message-schema.ts';

interface MessageListProps {
  label: string;
  conversation: Pick<ConversationView, 'viewer' | 'buyer' | 'seller'>;
  messages: readonly MessageView[];
  /** Whether answers may be shown on the page of the listing. */
  isOfListing: boolean;
}

/** What was said, the oldest first, as text. */
export function MessageList({ label, conversation, messages, isOfListing }: MessageListProps) {
  return (
    <ol aria-label={label} className="flex flex-col gap-4">
      {messages.map((message) => (
        <li key={message.id} className={classNames('flex', message.isOwn ? 'justify-end' : 'justify-start')}>
          <Message message={message} conversation={conversation} isOfListing={isOfListing} />
        </li>
      ))}
    </ol>
  );
}

interface MessageProps {
  message: MessageView;
  conversation: MessageListProps['conversation'];
  isOfListing: boolean;
}

function Message({ message, conversation, isOfListing }: MessageProps) {
  const t = useTranslations('conversation');
  const format = useFormatter();
  const { viewer } = conversation;
  const author = message.author === 'buyer' ? conversation.buyer : conversation.seller;
  const mayShow = isOfListing && viewer === 'seller' && message.isOwn && !message.isHidden;
  return (
    <article
      className={classNames(
        'flex max-w-prose min-w-0 flex-col gap-2 rounded-md border p-3 sm:min-w-narrow',
        message.isOwn ? 'border-accent bg-accent-soft' : 'border-line bg-surface',
      )}
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <span className="font-medium text-text">
          {message.isOwn ? t('you') : t(message.author, { name: author.displayName })}
        </span>
        <time dateTime={message.createdAt.toISOString()}>
          {format.dateTime(message.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
        {message.isShown ? <Badge tone="success">{t('shown')}</Badge> : null}
      </header>
      {message.isHidden ? <Badge tone="danger">{message.isOwn ? t('hiddenOwn') : t('hidden')}</Badge> : null}
      {message.text === null ? null : <p className="whitespace-pre-line wrap-anywhere">{message.text}</p>}
      {message.attachments.length === 0 ? null : <Files message={message} />}
      {mayShow ? <ShowAnswer messageId={message.id} isShown={message.isShown} /> : null}
      {message.isOwn || viewer === 'operator' || message.isHidden ? null : (
        <div>
          <ReportButton subjectKind="message" subjectId={message.id} />
        </div>
      )}
    </article>
  );
}

function Files({ message }: { message: MessageView }) {
  const t = useTranslations('conversation');
  const format = useFormatter();
  return (
    <ul aria-label={t('files')} className="flex flex-col gap-1">
      {message.attachments.map(({ id, name, sizeBytes }) => (
        <li key={id}>
          <a
            href={`${attachmentPath}${id}`}
            download
            className="inline-flex min-h-control-sm items-center gap-2 text-accent underline decoration-1 underline-offset-4 wrap-anywhere"
          >
            <Paperclip aria-hidden="true" className="size-icon-sm shrink-0" />
            {t('file', { name, size: format.number(Math.ceil(sizeBytes / 1_000)) })}
          </a>
        </li>
      ))}
    </ul>
  );
}
