import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { BlockButtons } from '#components/block/block-buttons.tsx';
import { ConversationPanel } from '#components/conversation/conversation-panel.tsx';
import { Page } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ConversationView } from '#server/market/messages/message-schema.ts';
import { threadInput } from '#server/market/messages/message-schema.ts';

interface ConversationPageProps {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('conversation');
  return { title: t('one') };
}

export default async function ConversationPage({ params, searchParams }: ConversationPageProps) {
  await requireVisitor();
  const threadId = (await params).id;
  const number = textOf((await searchParams)['before']);
  const before = threadInput.shape.before.safeParse(number === undefined ? undefined : Number(number)).data;
  const caller = await serverCaller();
  const [t, conversation, blocked] = await Promise.all([
    getTranslations('conversation'),
    orNotFound(caller.messages.byId({ threadId, before })),
    caller.blocks.list(),
  ]);
  const { viewer, buyer, seller } = conversation;
  const other = viewer === 'buyer' ? seller : buyer;
  const kinds = blocked.find(({ citizen }) => citizen.citizenId === other.citizenId)?.kinds ?? [];
  return (
    <Page width="prose">
      <div className="flex flex-col gap-2">
        <BackLink href="/messages">{t('back')}</BackLink>
        <h1 className="font-display text-display-sm font-semibold wrap-anywhere sm:text-display">
          {conversation.title}
        </h1>
        <p className="text-muted">{t('with', { name: other.displayName })}</p>
        <p>
          <AboutLink conversation={conversation} />
        </p>
        {viewer === 'operator' ? null : <BlockButtons citizen={other} kinds={kinds} />}
      </div>
      {conversation.before === null && before === undefined ? null : (
        <p className="flex flex-wrap gap-6">
          {conversation.before === null ? null : (
            <TextLink href={`/messages/${threadId}?before=${String(conversation.before)}`}>{t('earlier')}</TextLink>
          )}
          {before === undefined ? null : <TextLink href={`/messages/${threadId}`}>{t('latest')}</TextLink>}
        </p>
      )}
      <h2 className="sr-only">{t('messages')}</h2>
      <ConversationPanel conversation={conversation} target={{ threadId }} isLatest={before === undefined} />
    </Page>
  );
}

async function AboutLink({ conversation }: { conversation: ConversationView }) {
  const t = await getTranslations('conversation');
  const { orderId, listingId } = conversation;
  if (orderId !== null) return <TextLink href={`/orders/${orderId}`}>{t('toOrder')}</TextLink>;
  return <TextLink href={`/listings/${listingId ?? ''}`}>{t('toListing')}</TextLink>;
}
