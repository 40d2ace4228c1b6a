import { useTranslations } from 'next-intl';

const steps = ['buy', 'order', 'deliver', 'confirm'] as const;

/** The life of a payment in four steps, numbered as Venetians carve numbers. */
export function HowItWorks() {
  const t = useTranslations('home.steps');
  return (
    <ol className="grid gap-6 [counter-reset:step] sm:grid-cols-2 lg:grid-cols-4">
      {steps.map((step) => (
        <li
          key={step}
          className="flex flex-col gap-2 border-t-2 border-accent pt-4 [counter-increment:step] before:font-display before:text-display-sm before:font-semibold before:text-accent before:content-[counter(step,upper-roman)]"
        >
          <h3 className="text-lg font-semibold">{t(`${step}.title`)}</h3>
          <p className="text-muted">{t(`${step}.text`)}</p>
        </li>
      ))}
    </ol>
  );
}
