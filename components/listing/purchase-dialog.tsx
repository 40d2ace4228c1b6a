'use client';

import { useTranslations } from 'next-intl';

import { PurchaseFigures } from '#components/listing/purchase-figures.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';

interface PurchaseDialogProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  pending: boolean;
  /** What is bought. */
  text: string;
  /** Whose gift it is, where it is one. */
  giftFor?: string | undefined;
  totalMinor: bigint;
  availableMinor: bigint;
}

/** The last look before money moves. */
export function PurchaseDialog(props: PurchaseDialogProps) {
  const t = useTranslations('listing.buy');
  const gift = useTranslations('gift.choose');
  const common = useTranslations('common');
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t('confirmTitle')} closeLabel={common('close')}>
      <p className="text-lg">{props.text}</p>
      {props.giftFor === undefined ? null : (
        <p className="wrap-anywhere">{gift('confirm', { username: props.giftFor })}</p>
      )}
      <PurchaseFigures totalMinor={props.totalMinor} availableMinor={props.availableMinor} />
      <p className="text-sm text-muted">{t('escrow')}</p>
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
        <Button variant="secondary" onClick={props.onClose}>
          {common('cancel')}
        </Button>
        <Button pending={props.pending} onClick={props.onConfirm}>
          <span>
            {t.rich('confirmButton', { amount: () => <Amount asset="DUCAT" minor={props.totalMinor} isTrimmed /> })}
          </span>
        </Button>
      </div>
    </Dialog>
  );
}
