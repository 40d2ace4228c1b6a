'use client';

import { ProofForm } from '#components/security/proof-form.tsx';

/** The second half of a sign-in: afterwards the whole page is asked for anew, with every right. */
export function FactorSignIn({ returnTo }: { returnTo: string }) {
  return (
    <ProofForm
      onProved={() => {
        window.location.assign(returnTo);
      }}
    />
  );
}
