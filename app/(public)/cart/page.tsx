import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { Islands } from '#app/_islands/islands.tsx';
import { publicPrefix } from '#app/_reading/addresses.ts';
import { signInPath } from '#app/_reading/reading.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { CartGroupCard } from '#components/cart/cart-group.tsx';
import { CheckOut } from '#components/cart/check-out.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

const path = '/cart';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('cart');
  return { title: t('title'), robots: { index: false } };
}

export default async function CartPage() {
  const caller = await serverCaller();
  const [t, cart, visitor, prefix] = await Promise.all([
    getTranslations('cart'),
    caller.cart.get(),
    readVisitor(),
    publicPrefix(),
  ]);
  if (cart.groups.length === 0) {
    return (
      <Page>
        <PageHeading title={t('title')} />
        <EmptyState
          title={t('empty.title')}
          action={<LinkButton href={`${prefix}/market`}>{t('empty.action')}</LinkButton>}
        >
          {t('empty.text')}
        </EmptyState>
      </Page>
    );
  }
  const terms = visitor === null ? null : await caller.terms.own();
  return (
    <Page>
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <NeedsScript />
      <Islands say={['cart', 'listing', 'discounts', 'errors', 'gift', 'top-up']}>
        <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
          <div className="flex min-w-0 flex-col gap-6">
            {cart.groups.map((group) => (
              <CartGroupCard key={group.seller.citizenId} group={group} />
            ))}
          </div>
          <Card as="section" labelledBy="pay">
            <CheckOut
              totalMinor={cart.totalMinor}
              count={cart.count}
              sellers={cart.groups.map(({ seller }) => seller)}
              problems={cart.problems}
              availableMinor={visitor === null ? null : (visitor.availableMinor ?? 0n)}
              signInHref={signInPath(path)}
              terms={terms === null || terms.isAccepted ? null : { version: terms.version }}
            />
          </Card>
        </div>
      </Islands>
    </Page>
  );
}
