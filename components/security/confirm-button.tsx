'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Button } from '#components/ui/button.tsx';
import type { ButtonVariant } from '#components/ui/button-class.ts';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

interface Change {
  reset: () => void;
  isPending: boolean;
  error: unknown;
}

interface ConfirmButtonProps {
  label: string;
  /** What a screen reader says, where the label alone does not tell which one is meant. */
  name?: string;
  variant?: ButtonVariant;
  title: string;
  /** What comes of it. */
  children: ReactNode;
  change: Change;
  /** Begins the change and hears when it is done. */
  begin: (callbacks: { onSuccess: () => void }) => void;
}

/** A button that asks once before it changes something for good. */
export function ConfirmButton({ label, name, variant = 'quiet', title, children, change, begin }: ConfirmButtonProps) {
  const common = useTranslations('common');
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    change.reset();
    setOpen(true);
  };
  const confirm = () => {
    if (!change.isPending) begin({ onSuccess: () => setOpen(false) });
  };
  return (
    <>
      <Button variant={variant} size="small" aria-label={name} disabled={!hydrated} onClick={open}>
        {label}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={title} closeLabel={common('close')}>
        <div className="flex flex-col gap-3">{children}</div>
        {change.error === null ? null : <Notice tone="danger" title={refusalText(change.error)} live />}
        <div className="flex flex-wrap justify-end gap-3">
          <Button variant="secondary" onClick={() => setOpen(false)}>
            {common('cancel')}
          </Button>
          <Button variant="danger" pending={change.isPending} onClick={confirm}>
            {label}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
