'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useFeatured, type Times } from '#components/featured/use-featured.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { dayAt, dayOf, nextDay, startOfDay, veniceTimeZone } from '#server/platform/calendar-day.ts';

interface FeaturedControlsProps {
  listing: { id: string; title: string };
  times: Times;
  isFirst: boolean;
  isLast: boolean;
}

/** Place and time of a featured listing. */
export function FeaturedControls({ listing, times, isFirst, isLast }: FeaturedControlsProps) {
  const t = useTranslations('featured');
  const { title } = listing;
  const { isBusy, move, remove, save } = useFeatured(listing);
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <TimesForm listing={listing} times={times} isBusy={isBusy} onSave={(next) => save(next, 'saved')} />
      <ReadyForm onSubmit={(event) => event.preventDefault()} className="flex flex-wrap gap-2">
        <Button
          variant="secondary"
          size="small"
          disabled={isFirst}
          pending={isBusy}
          aria-label={t('upOf', { title })}
          onClick={() => move('up')}
        >
          {t('up')}
        </Button>
        <Button
          variant="secondary"
          size="small"
          disabled={isLast}
          pending={isBusy}
          aria-label={t('downOf', { title })}
          onClick={() => move('down')}
        >
          {t('down')}
        </Button>
        <Button
          variant="danger"
          size="small"
          pending={isBusy}
          aria-label={t('removeOf', { title })}
          onClick={() => remove(times)}
        >
          {t('remove')}
        </Button>
      </ReadyForm>
    </div>
  );
}

interface TimesFormProps {
  listing: { id: string; title: string };
  times: Times;
  isBusy: boolean;
  onSave: (times: Times) => void;
}

/** Whole days of Venice, the last one included; an empty field is no limit. */
function TimesForm({ listing, times, isBusy, onSave }: TimesFormProps) {
  const t = useTranslations('featured');
  const [from, setFrom] = useState(times.fromAt === null ? '' : dayAt(times.fromAt, veniceTimeZone));
  const [until, setUntil] = useState(
    times.untilAt === null ? '' : dayAt(new Date(times.untilAt.getTime() - 1), veniceTimeZone),
  );
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const [first, last] = [dayOf(from), dayOf(until)];
    const fromAt = first === undefined ? null : startOfDay(first, veniceTimeZone);
    const untilAt = last === undefined ? null : startOfDay(nextDay(last), veniceTimeZone);
    const isBackwards = fromAt !== null && untilAt !== null && fromAt >= untilAt;
    setWrong(isBackwards);
    if (!isBackwards && !isBusy) onSave({ fromAt, untilAt });
  };
  const { id, title } = listing;
  return (
    <ReadyForm onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field id={`from-${id}`} label={t('from')}>
        {(control) => <Input {...control} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <Field id={`until-${id}`} label={t('until')} error={isWrong ? t('timeProblem') : undefined}>
        {(control) => (
          <Input {...control} type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
        )}
      </Field>
      <Button type="submit" variant="secondary" size="small" pending={isBusy} aria-label={`${t('save')}: ${title}`}>
        {t('save')}
      </Button>
    </ReadyForm>
  );
}
