'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Earnings } from '#components/sell/earnings.tsx';
import { ContentFields } from '#components/sell/content-fields.tsx';
import { AcceptanceField, DetailFields, SellerKeyField, ServiceFields } from '#components/sell/detail-fields.tsx';
import { OffersField } from '#components/sell/offers-field.tsx';
import { PriceFields, TermsFields } from '#components/sell/listing-fields.tsx';
import { lowestPriceOf } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';
import { ListingPreview } from '#components/sell/listing-preview.tsx';
import { PictureFields } from '#components/sell/picture-fields.tsx';
import { StepFields } from '#components/sell/step-fields.tsx';
import { VariantFields } from '#components/sell/variant-fields.tsx';
import { useListingForm } from '#components/sell/use-listing-form.ts';
import type { EditedListing } from '#components/sell/use-listing-form.ts';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CategoryNode } from '#server/market/catalogue/details-schema.ts';
import type { Tier } from '#server/platform/session.ts';

interface ListingFormProps {
  initial: ListingDraft;
  /** Null for a new listing. */
  edited: EditedListing | null;
  /** All categories, with what each asks. */
  tree: readonly CategoryNode[];
  /** The seller's, which decides the fee. */
  tier: Tier;
  /** The house's share of a sale in millionths, as it stands now. */
  saleFeePpm: number;
}

const outdated: readonly string[] = ['listing_changed', 'stock_changed'];

/** Writes a listing: fields on one side; on the other what buyers will see and what the seller will receive. */
export function ListingForm({ initial, edited, tree, tier, saleFeePpm }: ListingFormProps) {
  const t = useTranslations('sell.form');
  const hydrated = useHydrated();
  const listing = useListingForm({ initial, edited, tree });
  const { form, draft, submit, send, sending, isUploading, problems } = listing;
  const isBusy = isUploading || sending.isPending || sending.isSuccess;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
      <form ref={form} onSubmit={submit} noValidate className="flex min-w-0 flex-col gap-6">
        {Object.keys(problems).length > 0 ? <Notice tone="danger" title={t('check')} live /> : null}
        <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-6">
          <AllFields listing={listing} tree={tree} />
        </fieldset>
        {sending.isError ? <SendingProblem error={sending.error} /> : null}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" disabled={!hydrated} pending={isBusy}>
            {t(edited === null ? 'publish' : 'save')}
          </Button>
          {edited === null ? (
            <Button variant="secondary" disabled={!hydrated} pending={isBusy} onClick={() => send(true)}>
              {t('keepDraft')}
            </Button>
          ) : null}
          <LinkButton href="/sell" variant="secondary">
            {t('cancel')}
          </LinkButton>
        </div>
      </form>
      <div className="flex min-w-0 flex-col gap-6">
        <ListingPreview draft={draft} seed={edited?.listingId ?? null} tree={tree} />
        <Earnings priceMinor={lowestPriceOf(draft)} tier={tier} saleFeePpm={saleFeePpm} />
      </div>
    </div>
  );
}

interface AllFieldsProps {
  listing: ReturnType<typeof useListingForm>;
  tree: readonly CategoryNode[];
}

/** Every field that this kind of listing has. */
function AllFields({ listing, tree }: AllFieldsProps) {
  const { draft, asked, problems, change, onBusy } = listing;
  const fields = { draft, problems, onChange: change };
  const hasOptions = draft.kind !== 'digital' && draft.options.length > 0;
  return (
    <>
      <TermsFields {...fields} tree={tree} />
      {hasOptions ? null : <PriceFields {...fields} />}
      <StepFields {...fields} />
      <OffersField {...fields} />
      {draft.kind === 'service' ? <ServiceFields {...fields} /> : null}
      {draft.kind === 'digital' ? (
        <ContentFields
          {...fields}
          onFiles={(next) => change(({ contentFiles }) => ({ contentFiles: next(contentFiles) }))}
          onBusy={onBusy}
        />
      ) : (
        <VariantFields {...fields} />
      )}
      <PictureFields
        pictures={draft.pictures}
        onChange={(next) => change(({ pictures }) => ({ pictures: next(pictures) }))}
        onBusy={onBusy}
      />
      <DetailFields {...fields} asked={asked} />
      {draft.kind === 'digital' ? null : <AcceptanceField draft={draft} onChange={change} />}
      <SellerKeyField {...fields} />
    </>
  );
}

/** Why it was not taken, and what to do about it. */
function SendingProblem({ error }: { error: unknown }) {
  const t = useTranslations('sell.form');
  const router = useRouter();
  const refusalText = useRefusalText();
  const { code } = outcomeOf(error);
  const isOutdated = code !== null && outdated.includes(code);
  return (
    <Notice tone="danger" title={code === 'listing_changed' ? t('changedElsewhere') : refusalText(error)} live>
      {isOutdated ? (
        <div>
          <Button variant="secondary" size="small" onClick={() => router.refresh()}>
            {t('reload')}
          </Button>
        </div>
      ) : null}
    </Notice>
  );
}
