'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useCodeText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { useImportStep } from '#components/imports/use-import-step.ts';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { ImportPreview, ImportRule } from '#server/market/imports/import-schema.ts';

const wrongFile: readonly string[] = ['import_has_problems', 'import_empty'];

interface PreviewFormProps {
  importId: string;
  previews: readonly ImportPreview[];
}

/** What the import would do by each rule, and the decision. */
export function PreviewForm({ importId, previews }: PreviewFormProps) {
  const t = useTranslations('imports.preview');
  const codeText = useCodeText();
  const step = useImportStep(importId);
  const [rule, setRule] = useState<ImportRule>('update');
  const chosen = previews.find((preview) => preview.rule === rule);
  const refusal = chosen?.refusal ?? null;
  // Where no rule could apply it, there is nothing to choose: the file has to be mended first.
  const isHopeless = previews.every((preview) => wrongFile.includes(preview.refusal ?? ''));
  const ways = new Set(previews.map((preview) => JSON.stringify(countsOf(preview)))).size;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (refusal === null && !step.isPending) step.start(rule, t('started'));
  };
  return (
    <ReadyForm onSubmit={submit} className="flex flex-col gap-6">
      {isHopeless || chosen === undefined || ways > 1 ? null : (
        <p className="figures font-medium">{t('counts', countsOf(chosen))}</p>
      )}
      {isHopeless || ways === 1 ? null : (
        <fieldset className="flex min-w-0 flex-col gap-3">
          <legend className="pb-2 font-medium">{t('rule')}</legend>
          {previews.map((preview) => (
            <label
              key={preview.rule}
              className="flex cursor-pointer items-start gap-3 rounded-md border border-line bg-surface p-4 has-checked:border-accent"
            >
              <input
                type="radio"
                name="rule"
                value={preview.rule}
                checked={preview.rule === rule}
                onChange={() => setRule(preview.rule)}
                className="mt-1 size-icon-sm shrink-0 accent-accent"
              />
              <span className="flex min-w-0 flex-col">
                <span className="font-medium">{t(preview.rule)}</span>
                <span className="figures text-sm text-muted">{t('counts', countsOf(preview))}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {refusal === null ? null : (
        <Notice tone="danger" title={codeText(refusal)}>
          {chosen === undefined || chosen.fits === null ? null : <p>{t('fits', { fits: chosen.fits })}</p>}
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        {refusal === null ? (
          <Button type="submit" pending={step.isPending}>
            {t('start')}
          </Button>
        ) : null}
        <Button variant="secondary" pending={step.isPending} onClick={() => step.cancel(t('givenUp'))}>
          {t('giveUp')}
        </Button>
      </div>
    </ReadyForm>
  );
}

function countsOf({ created, updated, unchanged, skipped }: ImportPreview) {
  return { created, updated, unchanged, skipped };
}
