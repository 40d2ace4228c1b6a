'use client';

import { useFormatter, useTranslations } from 'next-intl';
import { useRef } from 'react';

import type { FieldsProps } from '#components/sell/listing-fields.tsx';
import { useProblemText } from '#components/sell/use-problem-text.ts';
import { useUpload } from '#components/sell/use-upload.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import {
  contentFile,
  contentFilesMax,
  contentTextLength,
  type ContentFileView,
} from '#server/market/catalogue/details-schema.ts';

type ChangeFiles = (change: (files: readonly ContentFileView[]) => readonly ContentFileView[]) => void;

/** What buyers of something digital receive: text, files, or both. */
export function ContentFields({ draft, problems, onChange, onFiles }: FieldsProps & { onFiles: ChangeFiles }) {
  const t = useTranslations('sell.form');
  const problemText = useProblemText();
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="pb-1 text-lg font-semibold">{t('content')}</legend>
      <p className="text-sm text-muted">{t('contentHint', { max: contentFilesMax })}</p>
      <Field id="listing-content" label={t('contentText')} error={problemText(problems.content, contentTextLength)}>
        {(control) => (
          <Textarea
            {...control}
            name="content"
            rows={6}
            value={draft.contentText}
            onChange={(event) => onChange({ contentText: event.target.value })}
          />
        )}
      </Field>
      <ContentFiles files={draft.contentFiles} onFiles={onFiles} />
    </fieldset>
  );
}

function ContentFiles({ files, onFiles }: { files: readonly ContentFileView[]; onFiles: ChangeFiles }) {
  const t = useTranslations('sell.form');
  const format = useFormatter();
  const chooser = useRef<HTMLInputElement>(null);
  const { send, isSending, problem } = useUpload({
    addressOf: (id, file) => `/api/contents/${id}?name=${encodeURIComponent(file.name)}`,
    answer: contentFile,
    onArrived: (arrived) => onFiles((before) => [...before, arrived].slice(0, contentFilesMax)),
  });
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-col gap-2">
        {files.map((file) => (
          <li key={file.id} className="flex flex-wrap items-center justify-between gap-2 border-b border-line pb-2">
            <span className="min-w-0 break-all">
              {file.name}{' '}
              <span className="text-sm text-muted">
                {t('fileSize', { size: format.number(Math.ceil(file.bytes / 1_024)) })}
              </span>
            </span>
            <Button
              variant="secondary"
              size="small"
              aria-label={t('fileRemove', { name: file.name })}
              onClick={() => onFiles((before) => before.filter(({ id }) => id !== file.id))}
            >
              {t('remove')}
            </Button>
          </li>
        ))}
      </ul>
      <input
        ref={chooser}
        type="file"
        multiple
        aria-label={t('chooseFiles')}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])].slice(0, contentFilesMax - files.length);
          event.target.value = '';
          void send(chosen);
        }}
      />
      {files.length < contentFilesMax ? (
        <div>
          <Button variant="secondary" size="small" pending={isSending} onClick={() => chooser.current?.click()}>
            {t('addFiles')}
          </Button>
        </div>
      ) : null}
      <p role="status" className={problem === null ? 'sr-only' : 'text-sm font-medium text-danger'}>
        {problem ?? (isSending ? t('sending') : '')}
      </p>
    </div>
  );
}
