'use client';

import { useTranslations } from 'next-intl';

import { outcomeOf } from '#components/errors/outcome.ts';

type ErrorCode = Parameters<ReturnType<typeof useTranslations<'errors.code'>>>[0];

/** Says what happened and what the citizen can do, looked up by the code of the refusal. */
export function useRefusalText(): (error: unknown) => string {
  const t = useTranslations('errors');
  const byCode = useTranslations('errors.code');
  return (error) => {
    const { code } = outcomeOf(error);
    if (code === null) return t('unknownOutcome');
    const key = code as ErrorCode;
    return byCode.has(key) ? byCode(key) : byCode('fallback');
  };
}
