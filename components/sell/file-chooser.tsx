'use client';

import { useTranslations } from 'next-intl';
import { useRef } from 'react';

import type { Upload } from '#components/sell/use-upload.ts';
import { Button } from '#components/ui/button.tsx';

interface FileChooserProps {
  /** Names the field of the browser, which is not seen. */
  label: string;
  button: string;
  /** Types that may be chosen; left out, all. */
  accept?: string;
  /** How many more there may be. */
  most: number;
  upload: Upload;
}

/** A button that opens the browser's choice of files, sends what was chosen, and says what became of it. */
export function FileChooser({ label, button, accept, most, upload }: FileChooserProps) {
  const t = useTranslations('sell.form');
  const chooser = useRef<HTMLInputElement>(null);
  const { send, isSending, problem } = upload;
  return (
    <div className="flex flex-col gap-2">
      <input
        ref={chooser}
        type="file"
        accept={accept}
        multiple
        aria-label={label}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])].slice(0, most);
          event.target.value = '';
          void send(files);
        }}
      />
      {most > 0 ? (
        <div>
          <Button variant="secondary" size="small" pending={isSending} onClick={() => chooser.current?.click()}>
            {button}
          </Button>
        </div>
      ) : null}
      <p role="status" className={problem === null ? 'sr-only' : 'text-sm font-medium text-danger'}>
        {problem ?? (isSending ? t('sending') : '')}
      </p>
    </div>
  );
}
