'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { TextLink } from '#components/ui/text-link.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

export interface Consent {
  isAccepted: boolean;
  isOfAge: boolean;
}

export const noConsent: Consent = { isAccepted: false, isOfAge: false };

interface TermsConsentProps {
  consent: Consent;
  /** Payment was asked for already: an empty box is now a mistake. */
  isMissed: boolean;
  onChange: (consent: Consent) => void;
}

/** The two boxes that are ticked once, before the first payment. */
export function TermsConsent({ consent, isMissed, onChange }: TermsConsentProps) {
  const t = useTranslations('top-up.terms');
  const hydrated = useHydrated();
  const isMistake = isMissed && !(consent.isAccepted && consent.isOfAge);
  return (
    <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-2">
      <legend className="mb-2 font-medium">{t('title')}</legend>
      <Box
        id="terms-accepted"
        isTicked={consent.isAccepted}
        isMistake={isMistake}
        onTick={(isAccepted) => onChange({ ...consent, isAccepted })}
      >
        {t.rich('terms', { terms: linkTo('/terms'), privacy: linkTo('/privacy') })}
      </Box>
      <Box
        id="terms-age"
        isTicked={consent.isOfAge}
        isMistake={isMistake}
        onTick={(isOfAge) => onChange({ ...consent, isOfAge })}
      >
        {t('age')}
      </Box>
      {isMistake ? (
        <p id="terms-missed" role="alert" className="text-sm font-medium text-danger">
          {t('missed')}
        </p>
      ) : null}
    </fieldset>
  );
}

function linkTo(href: string): (chunks: ReactNode) => ReactNode {
  return function TermsLink(chunks) {
    return (
      <TextLink href={href} prefetch={false} target="_blank">
        {chunks}
      </TextLink>
    );
  };
}

interface BoxProps {
  id: string;
  isTicked: boolean;
  isMistake: boolean;
  onTick: (isTicked: boolean) => void;
  children: ReactNode;
}

function Box({ id, isTicked, isMistake, onTick, children }: BoxProps) {
  return (
    <div className="flex items-start gap-3">
      <input
        id={id}
        type="checkbox"
        required
        checked={isTicked}
        aria-invalid={isMistake && !isTicked ? true : undefined}
        aria-describedby={isMistake ? 'terms-missed' : undefined}
        onChange={(event) => onTick(event.target.checked)}
        className="mt-1 size-icon-sm shrink-0 accent-accent"
      />
      <label htmlFor={id}>{children}</label>
    </div>
  );
}
