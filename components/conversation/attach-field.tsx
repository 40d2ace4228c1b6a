'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { makeKey } from '#components/form/use-attempt.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import {
  attachmentBytesMax,
  attachmentPath,
  attachmentsMax,
  attachmentTypes,
} from '#server/market/messages/message-schema.ts';

export interface BroughtFile {
  id: string;
  name: string;
}

interface AttachFieldProps {
  files: readonly BroughtFile[];
  onChange: (files: readonly BroughtFile[]) => void;
}

/** Brings files before the message that takes them along; what is chosen goes at once. */
export function AttachField({ files, onChange }: AttachFieldProps) {
  const t = useTranslations('conversation.form');
  const errors = useTranslations('errors');
  const codes = useTranslations('errors.code');
  const [isBringing, setBringing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const textOf = (code: string) => {
    const key = code as Parameters<typeof codes>[0];
    return codes.has(key) ? codes(key) : errors('unknownOutcome');
  };
  const choose = async (chosen: readonly File[]) => {
    setBringing(true);
    setProblem(null);
    const brought: BroughtFile[] = [];
    for (const file of chosen.slice(0, attachmentsMax - files.length)) {
      const id = makeKey();
      const code = await bring(id, file);
      if (code === null) brought.push({ id, name: file.name });
      else setProblem(textOf(code));
    }
    setBringing(false);
    onChange([...files, ...brought]);
  };
  return (
    <div className="flex flex-col gap-2">
      <Field id="message-files" label={t('files')} hint={t('filesHint')}>
        {(control) => (
          <input
            {...control}
            type="file"
            multiple
            accept={attachmentTypes.join()}
            disabled={isBringing || files.length >= attachmentsMax}
            className="block w-full text-sm text-muted file:mr-3 file:min-h-control-sm file:cursor-pointer file:rounded-md file:border file:border-border file:bg-surface file:px-3 file:text-text"
            onChange={({ currentTarget }) => {
              const chosen = [...(currentTarget.files ?? [])];
              currentTarget.value = '';
              void choose(chosen);
            }}
          />
        )}
      </Field>
      {isBringing ? <p role="status">{t('bringing')}</p> : null}
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

/** Null when it is kept, else the code of the refusal. */
async function bring(id: string, file: File): Promise<string | null> {
  if (file.size > attachmentBytesMax) return 'body_too_large';
  try {
    const headers = { 'x-file-name': encodeURIComponent(file.name.slice(-120)) };
    const answer = await fetch(`${attachmentPath}${id}`, { method: 'PUT', headers, body: file });
    if (answer.ok) return null;
    const { code } = (await answer.json()) as { code?: unknown };
    return typeof code === 'string' ? code : 'internal';
  } catch {
    return 'unknown';
  }
}
