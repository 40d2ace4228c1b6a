/** Letters about subscriptions, by language. */

interface Values {
  get: (name: string) => string;
}

interface PlanLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type PlanTexts = Readonly<
  Record<'subscription_failing' | 'subscription_ended' | 'subscription_outgrown', (values: Values) => PlanLetter>
>;

export const englishPlan: PlanTexts = {
  subscription_failing: ({ get }) => ({
    subject: 'a payment for your subscription failed',
    lines: [
      `The payment for your subscription to ${get('to')} failed. The tier stays yours until ${get('until')}; give another card before then.`,
    ],
    link: { words: 'Your plan:', path: '/account/plan' },
  }),
  subscription_ended: ({ get }) => ({
    subject: 'your subscription has ended',
    lines: [`Your subscription to ${get('from')} has ended. From now on the tier of your class counts.`],
    link: { words: 'Your plan:', path: '/account/plan' },
  }),
  subscription_outgrown: ({ get }) => ({
    subject: 'your class gives what you pay for',
    lines: [
      `Your class has risen and gives you ${get('to')} free of charge. Your subscription to ${get('from')} adds nothing any more, and you may cancel it.`,
    ],
    link: { words: 'Your plan:', path: '/account/plan' },
  }),
};

export const italianPlan: PlanTexts = {
  subscription_failing: ({ get }) => ({
    subject: 'un pagamento del tuo abbonamento non è riuscito',
    lines: [
      `Il pagamento del tuo abbonamento a ${get('to')} non è riuscito. Il livello resta tuo fino al ${get('until')}: indica un’altra carta prima di allora.`,
    ],
    link: { words: 'Il tuo piano:', path: '/account/plan' },
  }),
  subscription_ended: ({ get }) => ({
    subject: 'il tuo abbonamento è finito',
    lines: [`Il tuo abbonamento a ${get('from')} è finito. D’ora in poi conta il livello della tua classe.`],
    link: { words: 'Il tuo piano:', path: '/account/plan' },
  }),
  subscription_outgrown: ({ get }) => ({
    subject: 'la tua classe dà ciò che paghi',
    lines: [
      `La tua classe è salita e ti dà ${get('to')} gratis. Il tuo abbonamento a ${get('from')} non aggiunge più nulla, e puoi disdirlo.`,
    ],
    link: { words: 'Il tuo piano:', path: '/account/plan' },
  }),
};
