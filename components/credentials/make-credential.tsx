'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { NewSecret } from '#components/credentials/new-secret.tsx';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Select } from '#components/ui/select.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { credentialDays, credentialName, credentialRights } from '#server/citizens/credential-schema.ts';

type Rights = (typeof credentialRights)[number];
type Days = (typeof credentialDays)[number];

/** Makes a credential, with the proof in place, and shows its secret until the citizen has kept it. */
export function MakeCredential({ isFull, max }: { isFull: boolean; max: number }) {
  const t = useTranslations('credentials.make');
  const trpc = useTRPC();
  const { refresh } = useRefresh();
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  // Nothing of the secret stays in the memory of the page once it is put away.
  const make = useStepUpMutation(
    trpc.credentials.make.mutationOptions({
      gcTime: 0,
      onSuccess: ({ secret }, { name }) => {
        setMade({ name, secret });
        refresh();
      },
    }),
  );
  if (made !== null) {
    const putAway = () => {
      make.reset();
      setMade(null);
    };
    return <NewSecret {...made} onKept={putAway} />;
  }
  return (
    <Card as="section" labelledBy="make-credential">
      <div className="flex flex-col gap-4">
        <h2 id="make-credential" className="text-lg font-semibold">
          {t('title')}
        </h2>
        {isFull ? <p>{t('full', { count: max })}</p> : <MakeForm make={make} />}
      </div>
    </Card>
  );
}

interface Making {
  mutate: (input: { name: string; rights: Rights; days: Days }) => void;
  isPending: boolean;
  error: unknown;
}

function MakeForm({ make }: { make: Making }) {
  const t = useTranslations('credentials.make');
  const rightsName = useTranslations('credentials.rights');
  const refusalText = useRefusalText();
  const [name, setName] = useState('');
  const [rights, setRights] = useState<Rights>('read');
  const [days, setDays] = useState<Days>(90);
  const [problem, setProblem] = useState<string>();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (make.isPending) return;
    const parsed = credentialName.safeParse(name);
    setProblem(parsed.success ? undefined : t('nameProblem'));
    if (parsed.success) make.mutate({ name: parsed.data, rights, days });
    else event.currentTarget.querySelector('input')?.focus();
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-narrow flex-col gap-4">
      <Field id="credential-name" label={t('name')} hint={t('nameHint')} error={problem}>
        {(control) => (
          <Input {...control} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field id="credential-rights" label={t('rights')} hint={t('rightsHint')}>
        {(control) => (
          <Select
            {...control}
            value={rights}
            onChange={(event) => setRights(credentialRights.find((each) => each === event.target.value) ?? 'read')}
          >
            {credentialRights.map((each) => (
              <option key={each} value={each}>
                {rightsName(each)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="credential-days" label={t('days')}>
        {(control) => (
          <Select
            {...control}
            value={days}
            onChange={(event) => setDays(credentialDays.find((each) => String(each) === event.target.value) ?? 90)}
          >
            {credentialDays.map((each) => (
              <option key={each} value={each}>
                {t('daysOption', { count: each })}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {make.error === null ? null : <Notice tone="danger" title={refusalText(make.error)} live />}
      <div>
        <Button type="submit" pending={make.isPending}>
          {t('submit')}
        </Button>
      </div>
    </ReadyForm>
  );
}
