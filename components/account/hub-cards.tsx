import {
  Ban,
  Bell,
  Bookmark,
  Crown,
  Download,
  Heart,
  KeyRound,
  Mail,
  MessageSquare,
  MonitorSmartphone,
  Scale,
  ShoppingBag,
  SquareTerminal,
  Star,
} from 'lucide-react';
import { useTranslations } from 'next-intl';

import { HubCard } from '#components/ui/hub-card.tsx';

interface HubCardsProps {
  overview: { hasSecondFactor: boolean; unread: number; maskedEmail: string | null };
}

/** Where everything about one's own account is. */
export function HubCards({ overview }: HubCardsProps) {
  const t = useTranslations('account.hub');
  const plan = useTranslations('plan.hub');
  const conversation = useTranslations('conversation.hub');
  const review = useTranslations('review.hub');
  const block = useTranslations('block.hub');
  const buying = useTranslations('buying.hub');
  const wishlist = useTranslations('wishlist.hub');
  const credentials = useTranslations('credentials.hub');
  const { hasSecondFactor, unread, maskedEmail } = overview;
  return (
    <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <HubCard
        href="/account/buying"
        icon={<ShoppingBag aria-hidden="true" className="size-icon" />}
        title={buying('title')}
      >
        {buying('text')}
      </HubCard>
      <HubCard
        href="/account/wishlist"
        icon={<Heart aria-hidden="true" className="size-icon" />}
        title={wishlist('title')}
      >
        {wishlist('text')}
      </HubCard>
      <HubCard
        href="/account/security"
        icon={<KeyRound aria-hidden="true" className="size-icon" />}
        title={t('security.title')}
        state={hasSecondFactor ? t('security.on') : t('security.off')}
      >
        {t('security.text')}
      </HubCard>
      <HubCard
        href="/account/sessions"
        icon={<MonitorSmartphone aria-hidden="true" className="size-icon" />}
        title={t('sessions.title')}
      >
        {t('sessions.text')}
      </HubCard>
      <HubCard
        href="/account/credentials"
        icon={<SquareTerminal aria-hidden="true" className="size-icon" />}
        title={credentials('title')}
      >
        {credentials('text')}
      </HubCard>
      <HubCard href="/account/trust" icon={<Scale aria-hidden="true" className="size-icon" />} title={t('trust.title')}>
        {t('trust.text')}
      </HubCard>
      <HubCard href="/account/plan" icon={<Crown aria-hidden="true" className="size-icon" />} title={plan('title')}>
        {plan('text')}
      </HubCard>
      <HubCard
        href="/account/contact"
        icon={<Mail aria-hidden="true" className="size-icon" />}
        title={t('contact.title')}
        state={maskedEmail ?? t('contact.none')}
      >
        {t('contact.text')}
      </HubCard>
      <HubCard
        href="/account/notifications"
        icon={<Bell aria-hidden="true" className="size-icon" />}
        title={t('notifications.title')}
        state={t('notifications.unread', { count: unread })}
      >
        {t('notifications.text')}
      </HubCard>
      <HubCard
        href="/account/searches"
        icon={<Bookmark aria-hidden="true" className="size-icon" />}
        title={t('searches.title')}
      >
        {t('searches.text')}
      </HubCard>
      <HubCard
        href="/messages"
        icon={<MessageSquare aria-hidden="true" className="size-icon" />}
        title={conversation('title')}
      >
        {conversation('text')}
      </HubCard>
      <HubCard href="/account/reviews" icon={<Star aria-hidden="true" className="size-icon" />} title={review('title')}>
        {review('text')}
      </HubCard>
      <HubCard href="/account/blocked" icon={<Ban aria-hidden="true" className="size-icon" />} title={block('title')}>
        {block('text')}
      </HubCard>
      <HubCard
        href="/account/data"
        icon={<Download aria-hidden="true" className="size-icon" />}
        title={t('data.title')}
      >
        {t('data.text')}
      </HubCard>
    </ul>
  );
}
