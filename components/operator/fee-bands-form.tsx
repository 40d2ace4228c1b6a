'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { FigureField } from '#components/form/figure-field.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { numberOf, textOfNumber } from '#components/operator/number-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { feeBandsInput, feeBandsMax } from '#server/market/orders/fee-band-schema.ts';
import type { FeeBand } from '#server/market/orders/fee-band-schema.ts';
import { parseTypedAmount, toDecimal } from '#server/money/money.ts';

interface Row {
  /** Stays with the row while others come and go. */
  id: number;
  volume: string;
  fee: string;
}

/** What a sale costs by the seller's volume, to be changed by an admin. */
export function FeeBandsForm({ bands, isAdmin }: { bands: readonly FeeBand[]; isAdmin: boolean }) {
  const t = useTranslations('trust.tiers.bands');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isChecked, setChecked] = useState(false);
  const [rows, setRows] = useState<readonly Row[]>(() => bands.map(rowOf));
  const save = useStepUpMutation(
    trpc.orders.setFeeBands.mutationOptions({
      onSuccess: () => {
        setChecked(false);
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
    }),
  );
  const parsed = feeBandsInput.safeParse({ bands: rows.map(bandOf) });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !save.isPending) save.mutate(parsed.data);
  };
  const change = (id: number, part: Partial<Row>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <fieldset disabled={!hydrated || !isAdmin} className="flex min-w-0 flex-col gap-4">
        <legend className="mb-3 text-lg font-semibold">{t('title')}</legend>
        <p className="text-muted">{t('text')}</p>
        {rows.length === 0 ? <p>{t('none')}</p> : null}
        {rows.map((row, index) => (
          <BandRow
            key={row.id}
            row={row}
            number={index + 1}
            wrong={wrongIn(parsed.error?.issues, index)}
            isChecked={isChecked}
            isAdmin={isAdmin}
            onChange={(part) => change(row.id, part)}
            onRemove={() => setRows(rows.filter(({ id }) => id !== row.id))}
          />
        ))}
      </fieldset>
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      {isAdmin ? (
        <div className="flex flex-wrap gap-3">
          <Button
            variant="secondary"
            disabled={!hydrated || rows.length >= feeBandsMax}
            onClick={() =>
              setRows([...rows, { id: Math.max(0, ...rows.map(({ id }) => id)) + 1, volume: '', fee: '' }])
            }
          >
            {t('add')}
          </Button>
          <Button type="submit" disabled={!hydrated} pending={save.isPending || isRefreshing}>
            {t('save')}
          </Button>
        </div>
      ) : null}
    </form>
  );
}

interface BandRowProps {
  row: Row;
  number: number;
  /** The fields that the house would refuse. */
  wrong: ReadonlySet<PropertyKey | undefined>;
  isChecked: boolean;
  isAdmin: boolean;
  onChange: (part: Partial<Row>) => void;
  onRemove: () => void;
}

function BandRow({ row, number, wrong, isChecked, isAdmin, onChange, onRemove }: BandRowProps) {
  const t = useTranslations('trust.tiers.bands');
  return (
    <div
      role="group"
      aria-label={t('band', { number })}
      className="grid grid-cols-[1fr_auto] items-start gap-4 max-sm:border-t max-sm:border-line max-sm:pt-4 sm:grid-cols-[1fr_1fr_auto]"
    >
      <div className="max-sm:col-span-2">
        <FigureField
          id={`band-${String(row.id)}-volume`}
          label={t('volume')}
          error={isChecked && wrong.has('volumeFromMinor') ? t('volumeWrong') : undefined}
          text={row.volume}
          onText={(volume) => onChange({ volume })}
        />
      </div>
      <FigureField
        id={`band-${String(row.id)}-fee`}
        label={t('fee')}
        error={isChecked && wrong.has('feePpm') ? t('feeWrong') : undefined}
        text={row.fee}
        onText={(fee) => onChange({ fee })}
      />
      {isAdmin ? (
        <div className="pt-6">
          <Button variant="secondary" onClick={onRemove} aria-label={t('remove', { number })}>
            ×
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function rowOf({ volumeFromMinor, feePpm }: FeeBand, id: number): Row {
  return { id, volume: toDecimal(volumeFromMinor), fee: textOfNumber('percent', feePpm) };
}

/** The fields of one band that the schema refuses. */
function wrongIn(issues: readonly { path: readonly PropertyKey[] }[] | undefined, index: number) {
  return new Set((issues ?? []).filter(({ path }) => path[1] === index).map(({ path }) => path[2]));
}

function bandOf({ volume, fee }: Row) {
  return { volumeFromMinor: parseTypedAmount(volume), feePpm: numberOf('percent', fee) };
}
