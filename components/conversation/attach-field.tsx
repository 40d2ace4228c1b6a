'use client';

import { useTranslations } from 'next-intl';

import { useUpload, type Upload } from '#components/sell/use-upload.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import {
  attachmentBytesMax,
  attachmentPath,
  attachmentsMax,
  attachmentTypes,
  broughtAttachment,
} from '#server/market/messages/message-schema.ts';

export interface BroughtFile {
  id: string;
  name: string;
}

const nameLengthMax = 120;

/** Brings files before the message that takes them along. */
export function useBringing(onBrought: (file: BroughtFile) => void): Upload {
  return useUpload({
    addressOf: (id) => `${attachmentPath}${id}`,
    headersOf: (name) => ({ 'x-file-name': encodeURIComponent(name.slice(-nameLengthMax).toWellFormed()) }),
    answer: broughtAttachment,
    onArrived: (_nothing, { id, name }) => onBrought({ id, name }),
    bytesMax: attachmentBytesMax,
  });
}

interface AttachFieldProps {
  files: readonly BroughtFile[];
  bringing: Upload;
  /** While the message is sent. */
  isStill: boolean;
  onChange: (files: readonly BroughtFile[]) => void;
}

/** What is chosen is brought at once. */
export function AttachField({ files, bringing, isStill, onChange }: AttachFieldProps) {
  const t = useTranslations('conversation.form');
  const { send, isSending, problem } = bringing;
  return (
    <div className="flex flex-col gap-2">
      <Field id="message-files" label={t('files')} hint={t('filesHint')}>
        {(control) => (
          <input
            {...control}
            type="file"
            multiple
            accept={attachmentTypes.join()}
            disabled={isStill || isSending || files.length >= attachmentsMax}
            className="block w-full text-sm text-muted file:mr-3 file:min-h-control-sm file:cursor-pointer file:rounded-md file:border file:border-border file:bg-surface file:px-3 file:text-text"
            onChange={({ currentTarget }) => {
              const chosen = [...(currentTarget.files ?? [])].slice(0, attachmentsMax - files.length);
              currentTarget.value = '';
              void send(chosen);
            }}
          />
        )}
      </Field>
      {isSending ? <p role="status">{t('bringing')}</p> : null}
      {problem === null ? null : <Notice tone="danger" title={problem} live />}
      {files.length === 0 ? null : (
        <ul className="flex flex-wrap gap-2">
          {files.map((file) => (
            <li key={file.id}>
              <Button
                size="small"
                variant="secondary"
                aria-label={t('remove', { name: file.name })}
                onClick={() => onChange(files.filter(({ id }) => id !== file.id))}
              >
                <span className="max-w-narrow truncate">{file.name}</span>
                <span aria-hidden="true">×</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
