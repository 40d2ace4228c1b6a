import type { ReactNode } from 'react';

import { spokenByIslands } from '#app/_i18n/messages.ts';
import { Islands } from '#app/_islands/islands.tsx';
import { StepUpProvider } from '#components/security/step-up.tsx';

/** The pages of a citizen: forms and lists that ask the server from the browser. */
export default function CitizenLayout({ children }: { children: ReactNode }) {
  return (
    <Islands say={spokenByIslands}>
      <StepUpProvider>{children}</StepUpProvider>
    </Islands>
  );
}
