'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { useUpload } from '#components/sell/use-upload.ts';
import { Banner } from '#components/storefront/banner.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { pictureAltLength, sentPicture } from '#server/market/catalogue/details-schema.ts';

interface HungBanner {
  pictureId: string | null;
  alt: string;
}

/** Saves the banner as it shall be; says so, and how to take it back. */
function useBanner(initial: HungBanner) {
  const t = useTranslations('storefront.banner');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const [banner, setBanner] = useState(initial);
  const { mutate, isPending } = useMutation(
    trpc.storefronts.setBanner.mutationOptions({
      onSuccess: (saved) => setBanner(saved),
      onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
    }),
  );
  const hang = (next: HungBanner, said: 'hung' | 'altSaved') =>
    mutate(next, { onSuccess: () => toast({ tone: 'success', text: t(said) }) });
  const takeDown = () => {
    const before = banner;
    const undo = { label: t('undo'), onAction: () => hang(before, 'hung') };
    mutate(
      { pictureId: null, alt: '' },
      { onSuccess: () => toast({ tone: 'success', text: t('removed'), action: undo }) },
    );
  };
  return { banner, hang, takeDown, isPending };
}

/** The picture above a storefront: brought, described, exchanged and taken down. */
export function BannerForm({ initial }: { initial: HungBanner }) {
  const t = useTranslations('storefront.banner');
  const { banner, hang, takeDown, isPending } = useBanner(initial);
  const chooser = useRef<HTMLInputElement>(null);
  const { send, isSending, problem } = useUpload({
    addressOf: (uploadId) => `/api/uploads/${uploadId}`,
    answer: sentPicture,
    onArrived: ({ id }) => hang({ pictureId: id, alt: '' }, 'hung'),
  });
  const isBusy = isPending || isSending;
  return (
    <Card as="section" labelledBy="banner">
      <div className="flex flex-col gap-4">
        <div className="flex flex-col gap-1">
          <h2 id="banner" className="text-lg font-semibold">
            {t('heading')}
          </h2>
          <p className="max-w-prose text-muted">{t('text')}</p>
        </div>
        {banner.pictureId === null ? (
          <p className="rounded-md border border-dashed border-border px-4 py-10 text-center text-muted">{t('none')}</p>
        ) : (
          <div className="overflow-hidden rounded-md border border-line">
            <Banner pictureId={banner.pictureId} alt={banner.alt} />
          </div>
        )}
        <input
          ref={chooser}
          type="file"
          accept="image/jpeg,image/png,image/webp,image/gif"
          aria-label={t('choose')}
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            const files = [...(event.target.files ?? [])].slice(0, 1);
            event.target.value = '';
            void send(files);
          }}
        />
        <ReadyForm onSubmit={(event) => event.preventDefault()} className="flex flex-wrap gap-3">
          <Button variant="secondary" pending={isBusy} onClick={() => chooser.current?.click()}>
            {t(banner.pictureId === null ? 'choose' : 'change')}
          </Button>
          {banner.pictureId === null ? null : (
            <Button variant="secondary" pending={isBusy} onClick={takeDown}>
              {t('remove')}
            </Button>
          )}
        </ReadyForm>
        <p role="status" className={problem === null ? 'sr-only' : 'text-sm font-medium text-danger'}>
          {problem ?? (isSending ? t('sending') : '')}
        </p>
        {banner.pictureId === null ? null : (
          <AltForm key={banner.pictureId} alt={banner.alt} onSave={(alt) => hang({ ...banner, alt }, 'altSaved')} />
        )}
      </div>
    </Card>
  );
}

function AltForm({ alt, onSave }: { alt: string; onSave: (alt: string) => void }) {
  const t = useTranslations('storefront.banner');
  const [text, setText] = useState(alt);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave(text);
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col items-start gap-3">
      <div className="w-full">
        <Field id="banner-alt" label={t('alt')} hint={t('altHint')}>
          {(control) => (
            <Input
              {...control}
              value={text}
              autoComplete="off"
              maxLength={pictureAltLength.max}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Button type="submit" variant="secondary" size="small">
        {t('saveAlt')}
      </Button>
    </ReadyForm>
  );
}
