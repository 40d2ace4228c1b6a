'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { passkeyName } from '#server/citizens/factor-schema.ts';

interface RenamePasskeyProps {
  passkeyId: string;
  name: string;
}

export function RenamePasskey({ passkeyId, name }: RenamePasskeyProps) {
  const t = useTranslations('security.passkeys');
  const common = useTranslations('common');
  const hydrated = useHydrated();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="secondary"
        size="small"
        aria-label={t('renameNamed', { name })}
        disabled={!hydrated}
        onClick={() => setOpen(true)}
      >
        {t('rename')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('renameTitle')} closeLabel={common('close')}>
        <NameForm passkeyId={passkeyId} name={name} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function NameForm({ passkeyId, name, onClose }: RenamePasskeyProps & { onClose: () => void }) {
  const t = useTranslations('security.passkeys');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh } = useRefresh();
  const [text, setText] = useState(name);
  const [problem, setProblem] = useState<string>();
  const rename = useMutation(
    trpc.security.renamePasskey.mutationOptions({
      onSuccess: () => {
        onClose();
        toast({ tone: 'success', text: t('renamed') });
        refresh();
      },
      onError: (error) => setProblem(refusalText(error)),
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (rename.isPending) return;
    const parsed = passkeyName.safeParse(text);
    setProblem(parsed.success ? undefined : t('newNameProblem'));
    if (parsed.success) rename.mutate({ passkeyId, name: parsed.data });
    else event.currentTarget.querySelector('input')?.focus();
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-6">
      <Field id="passkey-new-name" label={t('newName')} error={problem}>
        {(control) => (
          <Input {...control} value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <div className="flex flex-wrap justify-end gap-3">
        <Button variant="secondary" onClick={onClose}>
          {common('cancel')}
        </Button>
        <Button type="submit" pending={rename.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}
