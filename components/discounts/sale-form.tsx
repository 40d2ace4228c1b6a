'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { emptySale, readSale, type SaleField } from '#components/discounts/discount-draft.ts';
import { FormFrame } from '#components/discounts/form-frame.tsx';
import { TextField } from '#components/discounts/text-field.tsx';
import { useDiscountForm } from '#components/discounts/use-discount-form.ts';
import { WindowFields } from '#components/discounts/window-fields.tsx';
import { useTRPC } from '#components/trpc/client.tsx';

interface SaleFormProps {
  /** What it can cover. */
  listings: readonly { id: string; title: string }[];
}

/** Plans a sale: how much, of what, and from when until when. */
export function SaleForm({ listings }: SaleFormProps) {
  const t = useTranslations('discounts.form');
  const problems = useTranslations('discounts.problem');
  const plan = useMutation(useTRPC().discounts.planSale.mutationOptions());
  const form = useDiscountForm({ empty: emptySale, read: readSale, send: plan.mutateAsync, done: 'planned' });
  const { draft, change, wrong } = form;
  const problemOf = (field: SaleField) => (wrong.includes(field) ? problems(field) : undefined);
  return (
    <FormFrame {...form} onSubmit={form.submit} isWrong={wrong.length > 0} submitText={t('plan')}>
      <TextField
        name="percent"
        figures
        inputMode="decimal"
        label={t('percent')}
        hint={t('percentHint')}
        error={problemOf('percent')}
        value={draft.percent}
        onType={(percent) => change({ percent })}
      />
      <fieldset className="flex min-w-0 flex-col gap-1">
        <legend className="text-sm font-medium">{t('scope')}</legend>
        {([true, false] as const).map((coversAll) => (
          <label key={String(coversAll)} className="flex min-h-control items-center gap-3">
            <input
              type="radio"
              name="scope"
              checked={draft.coversAll === coversAll}
              onChange={() => change({ coversAll })}
              className="size-icon shrink-0 accent-accent"
            />
            {t(coversAll ? 'scopeAll' : 'scopeSome')}
          </label>
        ))}
      </fieldset>
      {draft.coversAll ? null : (
        <ListingChoice
          listings={listings}
          chosen={draft.listingIds}
          problem={problemOf('listings')}
          onChange={(listingIds) => change({ listingIds })}
        />
      )}
      <WindowFields draft={draft} problemOf={problemOf} onChange={change} />
    </FormFrame>
  );
}

interface ListingChoiceProps extends SaleFormProps {
  chosen: readonly string[];
  problem: string | undefined;
  onChange: (chosen: string[]) => void;
}

function ListingChoice({ listings, chosen, problem, onChange }: ListingChoiceProps) {
  const t = useTranslations('discounts.form');
  return (
    <fieldset
      className="flex min-w-0 flex-col gap-1"
      aria-describedby={problem === undefined ? undefined : 'listings-problem'}
    >
      <legend className="text-sm font-medium">{t('listings')}</legend>
      {listings.length === 0 ? <p className="text-muted">{t('noListings')}</p> : null}
      {listings.map(({ id, title }) => (
        <label key={id} className="flex min-h-control items-center gap-3">
          <input
            type="checkbox"
            name="listings"
            checked={chosen.includes(id)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))
            }
            className="size-icon shrink-0 accent-accent"
          />
          <span className="min-w-0 break-words">{title}</span>
        </label>
      ))}
      {problem === undefined ? null : (
        <p id="listings-problem" className="text-sm font-medium text-danger">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
