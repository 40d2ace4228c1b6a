'use client';

import { useTranslations } from 'next-intl';

import { outcomeOf } from '#components/errors/outcome.ts';

type ErrorCode = Parameters<ReturnType<typeof useTranslations<'errors.code'>>>[0];

/** Says what a refusal's code means, and what the citizen can do. */
export function useCodeText(): (code: string) => string {
  const t = useTranslations('errors.code');
  return (code) => {
    const key = code as ErrorCode;
    return t.has(key) ? t(key) : t('fallback');
  };
}

/** The same of what a failed call answered. */
export function useRefusalText(): (error: unknown) => string {
  const t = useTranslations('errors');
  const codeText = useCodeText();
  return (error) => {
    const { code } = outcomeOf(error);
    return code === null ? t('unknownOutcome') : codeText(code);
  };
}
