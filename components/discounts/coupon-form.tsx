'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { emptyCoupon, readCoupon, type CouponDraft, type CouponField } from '#components/discounts/discount-draft.ts';
import { FormFrame } from '#components/discounts/form-frame.tsx';
import { TextField } from '#components/discounts/text-field.tsx';
import { useDiscountForm } from '#components/discounts/use-discount-form.ts';
import { WindowFields } from '#components/discounts/window-fields.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { couponCodeLength } from '#server/market/discounts/coupon-code-schema.ts';

const kinds = ['percent', 'amount'] as const;

/** Makes a coupon: its code, what it takes off, and how often. */
export function CouponForm() {
  const t = useTranslations('discounts.form');
  const problems = useTranslations('discounts.problem');
  const make = useMutation(useTRPC().discounts.makeCoupon.mutationOptions());
  const form = useDiscountForm({ empty: emptyCoupon, read: readCoupon, send: make.mutateAsync, done: 'made' });
  const { draft, change, wrong } = form;
  const problemOf = (field: CouponField) => {
    if (!wrong.includes(field)) return undefined;
    if (field === 'usesMax' || field === 'citizenUsesMax') return problems('uses');
    return field === 'code' ? problems('code', couponCodeLength) : problems(field);
  };
  const field = (name: Exclude<CouponField, 'startsAt' | 'endsAt'>) => ({
    ...{ name, label: t(name), error: problemOf(name), value: draft[name] },
    onType: (text: string) => change({ [name]: text }),
  });
  return (
    <FormFrame {...form} onSubmit={form.submit} isWrong={wrong.length > 0} submitText={t('make')}>
      <TextField {...field('code')} hint={t('codeHint', couponCodeLength)} maxLength={couponCodeLength.max} />
      <KindChoice kind={draft.kind} onChange={(kind) => change({ kind })} />
      {draft.kind === 'percent' ? (
        <TextField {...field('percent')} hint={t('percentHint')} figures inputMode="decimal" />
      ) : (
        <TextField {...field('amount')} hint={t('amountHint')} figures inputMode="decimal" />
      )}
      <TextField {...field('minimum')} hint={t('minimumHint')} figures inputMode="decimal" />
      <WindowFields draft={draft} problemOf={problemOf} onChange={change} />
      <div className="grid gap-6 sm:grid-cols-2">
        <TextField {...field('usesMax')} hint={t('usesHint')} figures inputMode="numeric" />
        <TextField {...field('citizenUsesMax')} hint={t('usesHint')} figures inputMode="numeric" />
      </div>
    </FormFrame>
  );
}

function KindChoice({ kind, onChange }: { kind: CouponDraft['kind']; onChange: (kind: CouponDraft['kind']) => void }) {
  const t = useTranslations('discounts.form');
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="text-sm font-medium">{t('kind')}</legend>
      {kinds.map((each) => (
        <label key={each} className="flex min-h-control items-center gap-3">
          <input
            type="radio"
            name="kind"
            checked={kind === each}
            onChange={() => onChange(each)}
            className="size-icon shrink-0 accent-accent"
          />
          {t(each === 'percent' ? 'kindPercent' : 'kindAmount')}
        </label>
      ))}
    </fieldset>
  );
}
