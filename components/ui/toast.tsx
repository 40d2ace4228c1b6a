'use client';

import { X } from 'lucide-react';
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

export interface Toast {
  tone: 'success' | 'danger';
  text: string;
  /** What can still be done about it, such as taking it back. */
  action?: { label: string; onAction: () => void };
}

type ShownToast = Toast & { id: number };

const visibleMilliseconds = 8000;
const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says something short in the corner and to screen readers; the page itself must say it too if it matters. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children, closeLabel }: { children: ReactNode; closeLabel: string }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const show = useCallback((toast: Toast) => {
    setToasts((shown) => [...shown.slice(-2), { ...toast, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const close = useCallback((id: number) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id));
  }, []);
  const value = useMemo(() => show, [show]);
  return (
    <ToastContext value={value}>
      {children}
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-[calc(64px+16px)] z-50 flex flex-col items-center gap-2 md:bottom-6"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={close} closeLabel={closeLabel} />
        ))}
      </div>
    </ToastContext>
  );
}

interface ToastCardProps {
  toast: ShownToast;
  onClose: (id: number) => void;
  closeLabel: string;
}

function ToastCard({ toast, onClose, closeLabel }: ToastCardProps) {
  useEffect(() => {
    const timer = setTimeout(() => onClose(toast.id), visibleMilliseconds);
    return () => clearTimeout(timer);
  }, [toast.id, onClose]);
  return (
    <div
      className={classNames(
        'pointer-events-auto flex w-full max-w-narrow items-center gap-3 rounded-md border border-l-4 bg-surface py-1 pr-1 pl-4 shadow-raised',
        toast.tone === 'success' ? 'border-success' : 'border-danger',
      )}
    >
      <p className="min-w-0 flex-1">{toast.text}</p>
      {toast.action === undefined ? null : <ToastAction action={toast.action} onDone={() => onClose(toast.id)} />}
      <button
        type="button"
        aria-label={closeLabel}
        onClick={() => onClose(toast.id)}
        className="inline-flex size-control shrink-0 items-center justify-center rounded-md text-muted hover:bg-accent-soft"
      >
        <X aria-hidden="true" className="size-icon-sm" />
      </button>
    </div>
  );
}

function ToastAction({ action, onDone }: { action: NonNullable<Toast['action']>; onDone: () => void }) {
  return (
    <button
      type="button"
      onClick={() => {
        action.onAction();
        onDone();
      }}
      className="min-h-control shrink-0 rounded-md px-3 font-semibold text-accent hover:bg-accent-soft"
    >
      {action.label}
    </button>
  );
}
