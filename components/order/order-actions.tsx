'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { StepDialog } from '#components/order/step-dialog.tsx';
import { Button } from '#components/ui/button.tsx';
import type { ButtonVariant } from '#components/ui/button-class.ts';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { OrderProposal, PartyAction } from '#server/market/orders/order-schema.ts';
import type { OrderAmounts } from '#components/order/order-amounts.tsx';

const looks: Record<PartyAction, ButtonVariant> = {
  accept: 'primary',
  decline: 'danger',
  deliver: 'primary',
  confirm: 'primary',
  resolve_release: 'secondary',
  resolve_refund: 'secondary',
  resolve_split: 'secondary',
  propose: 'secondary',
  agree: 'primary',
  refund_part: 'secondary',
  refund_all: 'danger',
  dispute: 'danger',
  cancel: 'danger',
};

interface OrderActionsProps {
  orderId: string;
  actions: readonly PartyAction[];
  amounts: OrderAmounts;
  proposal: OrderProposal | null;
}

/** The steps that the reader may take now, each behind a dialog that says what it does with the money. */
export function OrderActions({ orderId, actions, amounts, proposal }: OrderActionsProps) {
  const t = useTranslations('order.action');
  const toast = useToast();
  const hydrated = useHydrated();
  const [open, setOpen] = useState<PartyAction | null>(null);
  const { refresh, isRefreshing } = useRefresh();
  const reload = () => {
    setOpen(null);
    refresh();
  };
  const finish = (action: PartyAction) => {
    toast({ tone: 'success', text: t(`${action}.done`) });
    reload();
  };
  return (
    <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap">
      {actions.map((action) => (
        <Button
          key={action}
          variant={looks[action]}
          disabled={!hydrated}
          pending={isRefreshing}
          onClick={() => setOpen(action)}
        >
          {t(`${action}.button`)}
        </Button>
      ))}
      {actions.map((action) => (
        <StepDialog
          key={action}
          orderId={orderId}
          action={action}
          amounts={amounts}
          proposal={proposal}
          open={open === action}
          onClose={() => setOpen(null)}
          onDone={() => finish(action)}
          onReload={reload}
        />
      ))}
    </div>
  );
}
