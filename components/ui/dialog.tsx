'use client';

import { X } from 'lucide-react';
import { useId, useLayoutEffect, useRef } from 'react';
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
  // Before the page is painted: nobody meets an open dialog without its words. Whatever takes it away closes it first, so
  // that the focus goes back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null || !open) return;
    element.showModal();
    return () => element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      // Who shows it decides: the state says first that it is closed, and the element follows. What comes from something
      // within, such as a file chooser that was left, is none of its business.
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      // The browser closed it by itself: the state follows.
      onClose={(event) => {
        if (event.target === event.currentTarget && open && !event.currentTarget.open) onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
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
              onClick={onClose}
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
