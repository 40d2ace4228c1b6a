'use client';

import { useFormatter, useTranslations } from 'next-intl';

import type { FieldsProps } from '#components/sell/listing-fields.tsx';
import { FileChooser } from '#components/sell/file-chooser.tsx';
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

interface FilesProps {
  onFiles: ChangeFiles;
  onBusy: (isBusy: boolean) => void;
}

/** What buyers of something digital receive: text, files, or both. */
export function ContentFields({ draft, problems, onChange, ...sending }: FieldsProps & FilesProps) {
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
      <ContentFiles files={draft.contentFiles} {...sending} />
    </fieldset>
  );
}

function ContentFiles({ files, onFiles, onBusy }: FilesProps & { files: readonly ContentFileView[] }) {
  const t = useTranslations('sell.form');
  const format = useFormatter();
  const upload = useUpload({
    addressOf: (id, name) => `/api/contents/${id}?name=${encodeURIComponent(name)}`,
    answer: contentFile,
    onArrived: (arrived) => onFiles((before) => [...before, arrived].slice(0, contentFilesMax)),
    onBusy,
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
      <FileChooser
        label={t('chooseFiles')}
        button={t('addFiles')}
        most={contentFilesMax - files.length}
        upload={upload}
      />
    </div>
  );
}
