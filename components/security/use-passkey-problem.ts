'use client';

import { isTRPCClientError } from '@trpc/client';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';

type Problem = 'stopped' | 'exists' | 'verification' | 'browser';

/** Says why nothing came of a passkey: what the server refused, or what the browser or the citizen stopped. */
export function usePasskeyProblem(): (error: unknown) => string {
  const t = useTranslations('security.passkeyProblem');
  const refusalText = useRefusalText();
  return (error) => (isTRPCClientError(error) ? refusalText(error) : t(problemOf(error)));
}

/** SimpleWebAuthn keeps the browser's own name of an error and adds a code where it knows more. */
function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return 'browser';
  const code = 'code' in error ? error.code : null;
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'exists';
  if (code === 'ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT') return 'verification';
  return error.name === 'NotAllowedError' || error.name === 'AbortError' ? 'stopped' : 'browser';
}
