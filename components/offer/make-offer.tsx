'use client';

import { useTranslations } from 'next-intl';
import { lazy, Suspense, useState } from 'react';

import type { OfferedFor } from '#components/offer/make-offer-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const MakeOfferForm = lazy(async () => {
  const { MakeOfferForm: form } = await import('#components/offer/make-offer-form.tsx');
  return { default: form };
});

/** The button that opens the form for another price, which is loaded when somebody asks for it. */
export function MakeOffer({ listing }: { listing: OfferedFor }) {
  const t = useTranslations('offer.make');
  const common = useTranslations('common');
  const hydrated = useHydrated();
  const [state, setState] = useState<'unasked' | 'open' | 'closed'>('unasked');
  const close = () => setState('closed');
  return (
    <>
      <Button variant="secondary" wide disabled={!hydrated} onClick={() => setState('open')}>
        {t('button')}
      </Button>
      <Dialog open={state === 'open'} onClose={close} title={t('title')} closeLabel={common('close')}>
        {state === 'unasked' ? null : (
          <Suspense>
            <MakeOfferForm listing={listing} onClose={close} />
          </Suspense>
        )}
      </Dialog>
    </>
  );
}
