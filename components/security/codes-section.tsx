'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ConfirmButton } from '#components/security/confirm-button.tsx';
import { FactorSection } from '#components/security/factor-section.tsx';
import { NewCodes } from '#components/security/new-codes.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

const sectionId = 'recovery-codes';
const few = 3;

interface CodesSectionProps {
  username: string;
  hasFactor: boolean;
  codesLeft: number;
}

/** The codes for the day on which the factor is lost: how many are left, and new ones, shown once. */
export function CodesSection({ username, hasFactor, codesLeft }: CodesSectionProps) {
  const t = useTranslations('security');
  const trpc = useTRPC();
  const { refresh } = useRefresh();
  const [codes, setCodes] = useState<readonly string[]>([]);
  useLeading(hasFactor && codesLeft === 0);
  const done = (made: readonly string[]) => {
    setCodes(made);
    refresh();
  };
  const make = useStepUpMutation(trpc.security.makeRecoveryCodes.mutationOptions({ gcTime: 0, onSuccess: done }));
  const tone = codesLeft > few ? 'success' : 'danger';
  const state = hasFactor ? (
    <Badge tone={tone}>{t('codes.left', { count: codesLeft })}</Badge>
  ) : (
    <Badge>{t('off')}</Badge>
  );
  return (
    <FactorSection id={sectionId} title={t('codes.title')} text={t('codes.text')} state={state}>
      {hasFactor ? null : <p>{t('codes.first')}</p>}
      {codesLeft > 0 && codesLeft <= few ? <p>{t('codes.few')}</p> : null}
      {codes.length > 0 ? <NewCodes codes={codes} username={username} onKept={() => setCodes([])} /> : null}
      {hasFactor && codesLeft === 0 && codes.length === 0 ? <FirstCodes make={make} /> : null}
      {codesLeft > 0 && codes.length === 0 ? (
        <div>
          <ConfirmButton
            label={t('codes.remake')}
            variant="secondary"
            title={t('codes.remakeTitle')}
            change={make}
            begin={(callbacks) => make.mutate(undefined, callbacks)}
          >
            <p>{t('codes.remakeText')}</p>
          </ConfirmButton>
        </div>
      ) : null}
    </FactorSection>
  );
}

interface Making {
  mutate: () => void;
  isPending: boolean;
  error: unknown;
}

function FirstCodes({ make }: { make: Making }) {
  const t = useTranslations('security.codes');
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  return (
    <div className="flex flex-col gap-4">
      {make.error === null ? null : <Notice tone="danger" title={refusalText(make.error)} live />}
      <div>
        <Button
          disabled={!hydrated}
          pending={make.isPending}
          onClick={() => {
            if (!make.isPending) make.mutate();
          }}
        >
          {t('make')}
        </Button>
      </div>
    </div>
  );
}

/** Leads the citizen here when the first factor was just added: the codes are the rest of that work. */
function useLeading(isDue: boolean): void {
  const wasDue = useRef(isDue);
  useEffect(() => {
    if (isDue && !wasDue.current) document.getElementById(sectionId)?.focus();
    wasDue.current = isDue;
  }, [isDue]);
}
