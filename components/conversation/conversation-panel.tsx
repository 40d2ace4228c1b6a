import { useTranslations } from 'next-intl';

import { LiveConversation } from '#components/conversation/live-conversation.tsx';
import { MessageForm } from '#components/conversation/message-form.tsx';
import type { MessageTarget } from '#components/conversation/message-form.tsx';
import { MessageList } from '#components/conversation/message-list.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ConversationView } from '#server/market/messages/message-schema.ts';

interface ConversationPanelProps {
  conversation: ConversationView;
  target: MessageTarget;
  /** False where an earlier part is looked at: what is new does not belong there. */
  isLatest: boolean;
}

/** What was said, and the form to say more where the reader may. */
export function ConversationPanel({ conversation, target, isLatest }: ConversationPanelProps) {
  const t = useTranslations('conversation');
  const { questions, messages, threadId, listingId, obstacle, viewer } = conversation;
  const last = messages.at(-1)?.sequence ?? 0;
  return (
    <div className="flex flex-col gap-6">
      {questions.length === 0 || !isLatest ? null : (
        <section aria-labelledby="before-order" className="flex flex-col gap-3">
          <h3 id="before-order" className="font-medium">
            {t('before')}
          </h3>
          <MessageList label={t('before')} conversation={conversation} messages={questions} isOfListing={false} />
        </section>
      )}
      {messages.length === 0 ? <p className="text-muted">{t('none')}</p> : null}
      <MessageList
        label={t('messages')}
        conversation={conversation}
        messages={messages}
        isOfListing={listingId !== null}
      />
      {threadId === null || viewer === 'operator' || !isLatest ? null : (
        <LiveConversation threadId={threadId} sequence={last} unread={conversation.unread} />
      )}
      {obstacle === null ? (
        <MessageForm target={target} />
      ) : (
        <Notice>
          <p>
            {t.rich(`obstacle.${obstacle}`, {
              blocked: (words) => <TextLink href="/account/blocked">{words}</TextLink>,
            })}
          </p>
        </Notice>
      )}
    </div>
  );
}
