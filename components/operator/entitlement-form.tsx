'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { NumberFields, problemsOf, useNumberForm } from '#components/operator/number-fields.tsx';
import { entitlementSpecs } from '#components/operator/trust-specs.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { entitlementInput } from '#server/api/schema.ts';
import type { Entitlement } from '#server/citizens/entitlements.ts';
import { features } from '#server/citizens/schema.ts';

const hints = { apiCallsPerMonth: 'callsHint', subscriptionUsdMinor: 'subscriptionHint' } as const;

/** What one tier may use and pays, to be changed by an admin. */
export function EntitlementForm({ entitlement, isAdmin }: { entitlement: Entitlement; isAdmin: boolean }) {
  const t = useTranslations('trust.tiers');
  const limits = useTranslations('trust.desk.limits');
  const tiers = useTranslations('tier');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isChecked, setChecked] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>(entitlement.features);
  const form = useNumberForm(entitlementSpecs, entitlement);
  const tier = tiers(entitlement.tier);
  const done = () => {
    setChecked(false);
    toast({ tone: 'success', text: t('done', { tier }) });
    refresh();
  };
  const save = useStepUpMutation(trpc.operator.trust.setEntitlement.mutationOptions({ onSuccess: done }));
  const kept = features.filter((feature) => chosen.includes(feature));
  const parsed = entitlementInput.safeParse({ tier: entitlement.tier, features: kept, ...form.values() });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (parsed.success && !save.isPending) save.mutate(parsed.data);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <fieldset disabled={!hydrated || !isAdmin} className="flex min-w-0 flex-col gap-4">
        <legend className="mb-3 text-lg font-semibold">{tier}</legend>
        <NumberFields
          id={`tier-${entitlement.tier}`}
          form={form}
          label={(name) => t(name)}
          hint={(name) => (name in hints ? t(hints[name as keyof typeof hints]) : undefined)}
          problems={problemsOf(parsed, isChecked)}
          problemText={limits('problem')}
        />
        <FeatureChoice id={entitlement.tier} chosen={chosen} onChoose={setChosen} />
      </fieldset>
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      {isAdmin ? (
        <div>
          <Button type="submit" disabled={!hydrated} pending={save.isPending || isRefreshing}>
            {t('save', { tier })}
          </Button>
        </div>
      ) : null}
    </form>
  );
}

interface FeatureChoiceProps {
  id: string;
  chosen: readonly string[];
  onChoose: (chosen: readonly string[]) => void;
}

function FeatureChoice({ id, chosen, onChoose }: FeatureChoiceProps) {
  const t = useTranslations('trust.tiers');
  return (
    <div role="group" aria-labelledby={`features-${id}`} className="flex flex-col gap-1">
      <p id={`features-${id}`} className="text-sm font-medium">
        {t('features')}
      </p>
      <div className="flex flex-wrap gap-x-6">
        {features.map((feature) => (
          <label key={feature} className="flex min-h-control cursor-pointer items-center gap-3 select-none">
            <input
              type="checkbox"
              className="size-icon shrink-0 accent-accent"
              checked={chosen.includes(feature)}
              onChange={({ target }) =>
                onChoose(target.checked ? [...chosen, feature] : chosen.filter((other) => other !== feature))
              }
            />
            {t(`feature.${feature}`)}
          </label>
        ))}
      </div>
    </div>
  );
}
