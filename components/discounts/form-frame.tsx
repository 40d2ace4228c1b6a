'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode, SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface FormFrameProps {
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  isSending: boolean;
  isWrong: boolean;
  error: unknown;
  submitText: string;
  children: ReactNode;
}

/** What the forms of sales and coupons have in common. */
export function FormFrame(props: FormFrameProps) {
  const t = useTranslations('discounts.form');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  return (
    <form onSubmit={props.onSubmit} noValidate className="flex max-w-form flex-col gap-6">
      {props.isWrong ? <Notice tone="danger" title={t('check')} live /> : null}
      <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-6">
        {props.children}
      </fieldset>
      {props.error === null ? null : <Notice tone="danger" title={refusalText(props.error)} live />}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" disabled={!hydrated} pending={props.isSending}>
          {props.submitText}
        </Button>
        <LinkButton href="/sell/discounts" variant="secondary">
          {t('cancel')}
        </LinkButton>
      </div>
    </form>
  );
}
