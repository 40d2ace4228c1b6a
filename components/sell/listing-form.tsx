'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Earnings } from '#components/sell/earnings.tsx';
import { StockField, TermsFields } from '#components/sell/listing-fields.tsx';
import { priceMinorOf } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';
import { ListingPreview } from '#components/sell/listing-preview.tsx';
import { useListingForm } from '#components/sell/use-listing-form.ts';
import type { EditedListing } from '#components/sell/use-listing-form.ts';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { Tier } from '#server/platform/session.ts';

interface ListingFormProps {
  initial: ListingDraft;
  /** Null for a new listing. */
  edited: EditedListing | null;
  /** The seller's, which decides the fee. */
  tier: Tier;
  /** The house's share of a sale in millionths, as it stands now. */
  saleFeePpm: number;
}

const outdated: readonly string[] = ['listing_changed', 'stock_changed'];

/** Writes a listing: fields on one side; on the other what buyers will see and what the seller will receive. */
export function ListingForm({ initial, edited, tier, saleFeePpm }: ListingFormProps) {
  const t = useTranslations('sell.form');
  const router = useRouter();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { form, draft, change, submit, sending, problems } = useListingForm(initial, edited);
  const hasProblems = Object.keys(problems).length > 0;
  const code = sending.isError ? outcomeOf(sending.error).code : null;
  const isOutdated = code !== null && outdated.includes(code);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
      <form ref={form} onSubmit={submit} noValidate className="flex min-w-0 flex-col gap-6">
        {hasProblems ? <Notice tone="danger" title={t('check')} live /> : null}
        <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-6">
          <TermsFields draft={draft} problems={problems} onChange={change} />
          <StockField draft={draft} problem={problems.stock} onChange={change} />
        </fieldset>
        {sending.isError ? (
          <Notice
            tone="danger"
            title={code === 'listing_changed' ? t('changedElsewhere') : refusalText(sending.error)}
            live
          >
            {isOutdated ? (
              <div>
                <Button variant="secondary" size="small" onClick={() => router.refresh()}>
                  {t('reload')}
                </Button>
              </div>
            ) : null}
          </Notice>
        ) : null}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" disabled={!hydrated} pending={sending.isPending || sending.isSuccess}>
            {t(edited === null ? 'publish' : 'save')}
          </Button>
          <LinkButton href="/sell" variant="secondary">
            {t('cancel')}
          </LinkButton>
        </div>
      </form>
      <div className="flex min-w-0 flex-col gap-6">
        <ListingPreview draft={draft} seed={edited?.listingId ?? null} />
        <Earnings priceMinor={priceMinorOf(draft)} tier={tier} saleFeePpm={saleFeePpm} />
      </div>
    </div>
  );
}
