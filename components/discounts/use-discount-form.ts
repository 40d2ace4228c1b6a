'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import type { FormStart, Read } from '#components/discounts/discount-draft.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useToast } from '#components/ui/toast.tsx';

interface DiscountForm<Draft, Input, Field extends string> {
  empty: Draft;
  read: (draft: Draft, start: FormStart) => Read<Input, Field>;
  send: (input: Input) => Promise<unknown>;
  /** Which of the texts says that it is done. */
  done: 'planned' | 'made';
}

/** The state of a form that makes a sale or a coupon: what is typed, what is wrong with it, and its sending. */
export function useDiscountForm<Draft extends object, Input, Field extends string>(
  form: DiscountForm<Draft, Input, Field>,
) {
  const t = useTranslations('discounts.form');
  const router = useRouter();
  const toast = useToast();
  const attempt = useAttempt();
  const [draft, setDraft] = useState(form.empty);
  const [openedAt] = useState(() => new Date());
  const [isChecked, setChecked] = useState(false);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { input, wrong } = form.read(draft, { openedAt, key: attempt.key });
  const send = async (checked: Input) => {
    setSending(true);
    setError(null);
    try {
      await form.send(checked);
      attempt.settle();
      toast({ tone: 'success', text: t(form.done) });
      router.push('/sell/discounts');
      router.refresh();
    } catch (caught) {
      attempt.settle(caught);
      setError(caught);
      setSending(false);
    }
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (input === null) event.currentTarget.querySelector<HTMLElement>(`[name="${String(wrong[0])}"]`)?.focus();
    else if (!isSending) void send(input);
  };
  const change = (changed: Partial<Draft>) => setDraft((current) => ({ ...current, ...changed }));
  const wrongNow: readonly Field[] = isChecked ? wrong : [];
  return { draft, change, submit, isSending, error, wrong: wrongNow };
}
