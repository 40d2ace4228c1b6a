'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { ReadyForm } from '#components/form/ready-form.tsx';
import { useUpload } from '#components/sell/use-upload.ts';
import { Button } from '#components/ui/button.tsx';
import { controlClass } from '#components/ui/control-class.ts';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { importBytesMax, importPath, sentImport } from '#server/market/imports/import-schema.ts';

/** Sends a catalogue's file, and goes on to what the worker finds in it. */
export function UploadForm() {
  const t = useTranslations('imports.upload');
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [isChecked, setChecked] = useState(false);
  const [hasArrived, setArrived] = useState(false);
  const { send, isSending, problem } = useUpload({
    addressOf: (id, name) => `${importPath}${id}?${new URLSearchParams({ name }).toString()}`,
    answer: sentImport,
    onArrived: ({ id }) => {
      setArrived(true);
      router.push(`/sell/import/${id}`);
    },
    bytesMax: importBytesMax,
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (file === null) event.currentTarget.querySelector('input')?.focus();
    else if (!isSending && !hasArrived) void send([file]);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <Field
        id="catalogue-file"
        label={t('label')}
        hint={t('hint')}
        error={isChecked && file === null ? t('missing') : undefined}
      >
        {(control) => (
          <input
            {...control}
            type="file"
            accept=".csv,.json,text/csv,application/json,text/plain"
            className={controlClass}
            onChange={(event) => setFile(event.target.files?.[0] ?? null)}
          />
        )}
      </Field>
      {problem === null ? null : <Notice tone="danger" title={problem} live />}
      <div>
        <Button type="submit" pending={isSending || hasArrived}>
          {t('send')}
        </Button>
      </div>
      <p role="status" className="sr-only">
        {isSending ? t('sending') : ''}
      </p>
    </ReadyForm>
  );
}
