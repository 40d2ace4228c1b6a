'use client';

import { Copy } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';

interface CopyButtonProps {
  label: string;
  text: string;
  /** Said once the text is in the clipboard. */
  done: string;
}

export function CopyButton({ label, text, done }: CopyButtonProps) {
  const t = useTranslations('security');
  const toast = useToast();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast({ tone: 'success', text: done });
    } catch {
      toast({ tone: 'danger', text: t('copyFailed') });
    }
  };
  return (
    <Button variant="secondary" size="small" onClick={() => void copy()}>
      <Copy aria-hidden="true" className="size-icon-sm" />
      {label}
    </Button>
  );
}
