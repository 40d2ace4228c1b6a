import { Check } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { classNames } from '#components/ui/class-names.ts';
import { Progress } from '#components/ui/progress.tsx';
import { Spinner } from '#components/ui/spinner.tsx';

const steps = ['sent', 'confirmed', 'credited'] as const;

/** How far a payment has come on its way from the card to the wallet. */
export function PaymentSteps({ isCredited }: { isCredited: boolean }) {
  const t = useTranslations('top-up.complete.waiting');
  const done = isCredited ? steps.length : 1;
  return (
    <div className="flex flex-col gap-4">
      <Progress label={t('progress')} value={done} max={steps.length} />
      <ol className="flex flex-col gap-3">
        {steps.map((step, index) => {
          const standing = index < done ? 'done' : index === done ? 'current' : 'ahead';
          return (
            <li
              key={step}
              aria-current={standing === 'current' ? 'step' : undefined}
              className="flex items-center gap-3"
            >
              <span
                aria-hidden="true"
                className={classNames(
                  'inline-flex size-icon-lg shrink-0 items-center justify-center rounded-md border',
                  standing === 'done' && 'border-success text-success',
                  standing === 'current' && 'border-accent text-accent',
                  standing === 'ahead' && 'border-line',
                )}
              >
                {standing === 'done' ? <Check className="size-icon-sm" /> : standing === 'current' ? <Spinner /> : null}
              </span>
              <span
                className={classNames(standing === 'current' && 'font-medium', standing === 'ahead' && 'text-muted')}
              >
                {t(`steps.${step}`)} <span className="text-sm text-muted">{t(standing)}</span>
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
