import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { GuestChoice } from '#components/cart/guest-choice.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import type { Visitor } from '#components/layout/visitor.ts';
import { PurchaseForm } from '#components/listing/purchase-form.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import type { ListingView } from '#server/market/catalogue/catalogue-schema.ts';

interface BuyPanelProps {
  listing: ListingView;
  visitor: Visitor | null;
  signInHref: string;
  prefix: string;
}

/** What this visitor can do with this listing: buy it, or the next step when they cannot. */
export function BuyPanel({ listing, visitor, signInHref, prefix }: BuyPanelProps) {
  const t = useTranslations('listing.buy');
  const category = useTranslations('category');
  const similar = (
    <LinkButton href={`${prefix}/market?category=${listing.category}`} variant="secondary" wide>
      {t('similar', { category: category(`${listing.category}.name`) })}
    </LinkButton>
  );
  if (visitor !== null && visitor.username === listing.seller.username) {
    return (
      <div className="flex flex-col gap-4">
        <PanelText title={t('own')}>{t('ownText')}</PanelText>
        <LinkButton href={`/sell/${listing.id}`} wide>
          {t('edit')}
        </LinkButton>
      </div>
    );
  }
  if (listing.state !== 'published' || listing.stock === 0) {
    const reason = listing.state === 'published' ? 'soldOut' : 'offSale';
    return (
      <div className="flex flex-col gap-4">
        <PanelText title={t(`${reason}Title`)}>{t(`${reason}Text`)}</PanelText>
        {similar}
      </div>
    );
  }
  if (visitor === null) {
    return (
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t('signInWhy')}</p>
        <LinkButton href={signInHref} prefetch={false} wide>
          {t('signIn')}
        </LinkButton>
        <GuestChoice listing={listing} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <NeedsScript />
      <PurchaseForm listing={listing} availableMinor={visitor.availableMinor ?? 0n} />
    </div>
  );
}

function PanelText({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <p className="text-lg font-semibold">{title}</p>
      <p className="text-muted">{children}</p>
    </div>
  );
}
