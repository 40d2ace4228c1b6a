import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';

/** A plain form that asks the market; it needs no script. */
export function SearchForm({ action }: { action: string }) {
  const t = useTranslations('home');
  return (
    <form action={action} method="get" role="search" className="flex max-w-prose gap-2">
      <div className="min-w-0 flex-1">
        <Input
          type="search"
          name="q"
          aria-label={t('searchLabel')}
          placeholder={t('searchPlaceholder')}
          maxLength={200}
        />
      </div>
      <Button type="submit">{t('search')}</Button>
    </form>
  );
}
