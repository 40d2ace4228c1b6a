import { useTranslations } from 'next-intl';

import { Waterfront } from '#components/home/waterfront.tsx';
import { SearchForm } from '#components/market/search-form.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export function Hero({ prefix }: { prefix: string }) {
  const t = useTranslations('home');
  return (
    <section className="border-b border-line bg-surface">
      <div className="mx-auto flex w-full max-w-page flex-col gap-6 px-4 pt-10 pb-6 sm:px-6 md:pt-16 md:pb-10">
        <h1 className="max-w-prose font-display text-display font-semibold tracking-tight md:text-display-lg">
          {t('title')}
        </h1>
        <p className="max-w-prose text-lg text-muted">{t('lead')}</p>
        <SearchForm action={`${prefix}/market`} />
        <div className="flex flex-wrap gap-3">
          <LinkButton href="/wallet/top-up" variant="secondary" prefetch={false}>
            {t('buyDucats')}
          </LinkButton>
          <LinkButton href={`${prefix}/market`} variant="quiet" prefetch={false}>
            {t('browse')}
          </LinkButton>
        </div>
      </div>
      <Waterfront />
    </section>
  );
}
