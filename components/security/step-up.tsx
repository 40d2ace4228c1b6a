'use client';

import { useMutation } from '@tanstack/react-query';
import type { UseMutationOptions } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { ProofForm } from '#components/security/proof-form.tsx';
import { Dialog } from '#components/ui/dialog.tsx';

/** Resolves to whether the citizen proved that it is them. */
type AskForProof = () => Promise<boolean>;

const StepUpContext = createContext<AskForProof>(() => Promise.resolve(false));

/** Asks for a fresh proof in place, over whatever page needs one. */
export function StepUpProvider({ children }: { children: ReactNode }) {
  const t = useTranslations('proof');
  const common = useTranslations('common');
  const [settle, setSettle] = useState<((isProved: boolean) => void) | null>(null);
  const ask = useCallback<AskForProof>(
    () =>
      new Promise((resolve) => {
        setSettle(() => resolve);
      }),
    [],
  );
  const close = (isProved: boolean) => {
    settle?.(isProved);
    setSettle(null);
  };
  return (
    <StepUpContext value={ask}>
      {children}
      <Dialog open={settle !== null} onClose={() => close(false)} title={t('title')} closeLabel={common('close')}>
        <p className="text-muted">{t('why')}</p>
        <ProofForm onProved={() => close(true)} />
      </Dialog>
    </StepUpContext>
  );
}

/**
 * Runs an action that may ask for a fresh proof: then the citizen is asked in place, and the action runs again by
 * itself. Rejects with the refusal when they give up.
 */
export function useStepUp(): <Result>(action: () => Promise<Result>) => Promise<Result> {
  const ask = useContext(StepUpContext);
  return useCallback(
    async (action) => {
      try {
        return await action();
      } catch (error) {
        if (outcomeOf(error).code !== 'step_up_required' || !(await ask())) throw error;
        return await action();
      }
    },
    [ask],
  );
}

/** A mutation that asks for a fresh proof in place where the server wants one, and then goes on by itself. */
export function useStepUpMutation<Answer, Failure, Input, Scope>(
  options: UseMutationOptions<Answer, Failure, Input, Scope>,
) {
  const stepUp = useStepUp();
  const { mutationFn } = options;
  if (mutationFn === undefined) throw new Error('a mutation has something to do');
  return useMutation({ ...options, mutationFn: (input, context) => stepUp(() => mutationFn(input, context)) });
}
