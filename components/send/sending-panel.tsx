'use client';

import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { SendingPreview } from '#server/market/peer-transfers/peer-transfer-schema.ts';

/** An answer of the server: amounts have lost their brand on the way. */
type Shown<View> = {
  [Key in keyof View]: View[Key] extends bigint
    ? bigint
    : View[Key] extends object | null
      ? Shown<View[Key]>
      : View[Key];
};

interface SendingPanelProps {
  preview: Shown<SendingPreview>;
  note: string | null;
  isPending: boolean;
  onSend: () => void;
}

/** Who gets it, what leaves and what remains, with the button that does it. */
export function SendingPanel({ preview, note, isPending, onSend }: SendingPanelProps) {
  const t = useTranslations('send.preview');
  const { recipient, amountMinor, availableMinor, remainingMinor, leaving } = preview;
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  return (
    <div className="flex flex-col gap-4" role="status">
      <p>
        {t.rich('who', {
          name: recipient.displayName,
          username: recipient.username,
          strong: (chunks) => <strong className="wrap-anywhere">{chunks}</strong>,
        })}
      </p>
      {note === null ? null : <p className="text-muted wrap-anywhere">{t('note', { note })}</p>}
      <Figures
        figures={[
          { key: 'before', label: t('before'), value: amount(availableMinor) },
          ...(leaving ?? []).map(({ kind, isHeld, amountMinor: part }) => ({
            key: `${kind}-${String(isHeld)}`,
            label: t(`part.${kind}`, { isHeld: isHeld ? 'yes' : 'no' }),
            value: amount(-part),
          })),
          ...(leaving === null ? [{ key: 'leaving', label: t('leaving'), value: amount(-amountMinor) }] : []),
          { key: 'after', label: t('after'), value: amount(remainingMinor), isTotal: true },
        ]}
      />
      <p className="text-sm text-muted">{t('final')}</p>
      <Button wide pending={isPending} onClick={onSend}>
        <span>{t.rich('send', { amount: () => amount(amountMinor) })}</span>
      </Button>
    </div>
  );
}
