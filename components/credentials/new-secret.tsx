'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';

import { CopyButton } from '#components/security/copy-button.tsx';
import { Button } from '#components/ui/button.tsx';

interface NewSecretProps {
  name: string;
  secret: string;
  onKept: () => void;
}

/** A secret that was just made, until the citizen says that they kept it. */
export function NewSecret({ name, secret, onKept }: NewSecretProps) {
  const t = useTranslations('credentials.secret');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section
      aria-labelledby="new-secret"
      className="flex flex-col gap-4 rounded-md border border-gold bg-gold-soft p-4 sm:p-6"
    >
      <div className="flex flex-col gap-1">
        <h2 id="new-secret" ref={heading} tabIndex={-1} className="text-lg font-semibold wrap-anywhere">
          {t('title', { name })}
        </h2>
        <p>{t('warning')}</p>
      </div>
      <code
        role="group"
        aria-label={t('label')}
        className="rounded-md border border-line bg-surface p-3 break-all select-all"
      >
        {secret}
      </code>
      <div className="flex flex-wrap gap-3">
        <CopyButton label={t('copy')} text={secret} done={t('copied')} />
        <Button size="small" onClick={onKept}>
          {t('kept')}
        </Button>
      </div>
    </section>
  );
}
