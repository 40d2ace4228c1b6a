'use client';

import { X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

const looks = {
  middle: 'max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] max-w-form rounded-md border',
  drawer: 'mr-0 ml-auto my-0 h-dvh max-h-dvh w-full max-w-narrow border-l',
} as const;

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  closeLabel: string;
  /** In the middle of the screen, or along its side. */
  look?: keyof typeof looks;
  children: ReactNode;
}

/** A modal on the browser's own dialog element, which keeps the focus inside and gives it back. */
export function Dialog({ open, onClose, title, closeLabel, look = 'middle', children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
      className={classNames(looks[look], 'overflow-y-auto border-line bg-surface text-text shadow-raised')}
    >
      {open ? (
        <div className={classNames('flex flex-col gap-6 p-6', look === 'drawer' && 'min-h-full')}>
          <div className="flex items-start justify-between gap-4">
            <h2 id={titleId} className="text-xl font-semibold">
              {title}
            </h2>
            <button
              type="button"
              aria-label={closeLabel}
              onClick={() => dialog.current?.close()}
              className="-m-2 inline-flex size-control shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-accent-soft hover:text-text"
            >
              <X aria-hidden="true" className="size-icon" />
            </button>
          </div>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}
