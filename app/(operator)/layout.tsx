import type { ReactNode } from 'react';

import { spokenByIslands } from '#app/_i18n/messages.ts';
import { Islands } from '#app/_islands/islands.tsx';
import { StepUpProvider } from '#components/security/step-up.tsx';

/** The desks of operators, as the pages of a citizen. */
export default function OperatorLayout({ children }: { children: ReactNode }) {
  return (
    <Islands say={spokenByIslands}>
      <StepUpProvider>{children}</StepUpProvider>
    </Islands>
  );
}
