import { Islands } from '#app/_islands/islands.tsx';
import type { Visitor } from '#components/layout/visitor.ts';
import { ReportButton } from '#components/moderation/report-button.tsx';
import type { StorefrontView } from '#server/market/search/storefront-schema.ts';

interface StorefrontPeopleProps {
  storefront: Pick<StorefrontView, 'seller' | 'bannerPictureId'>;
  visitor: Visitor | null;
}

/** What readers who are signed in can tell the house of a storefront that is not their own. */
export function StorefrontPeople({ storefront, visitor }: StorefrontPeopleProps) {
  const { seller, bannerPictureId } = storefront;
  if (visitor === null || visitor.owesSecondFactor || visitor.username === seller.username) return null;
  return (
    <Islands say={['moderation', 'errors']}>
      <div className="flex flex-wrap gap-2">
        <ReportButton subjectKind="storefront" subjectId={seller.citizenId} />
        {bannerPictureId === null ? null : <ReportButton subjectKind="banner" subjectId={seller.citizenId} />}
      </div>
    </Islands>
  );
}
