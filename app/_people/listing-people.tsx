import { headers } from 'next/headers';

import { Islands } from '#app/_islands/islands.tsx';
import { publicPrefix } from '#app/_reading/addresses.ts';
import { currentPath, signInPath } from '#app/_reading/reading.ts';
import { addressOf } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { ListingQuestions } from '#components/conversation/listing-questions.tsx';
import type { Visitor } from '#components/layout/visitor.ts';
import { ReportButton } from '#components/moderation/report-button.tsx';
import { ListingReviews } from '#components/review/listing-reviews.tsx';
import type { PartyView } from '#server/market/schema.ts';

const shown = 10;

interface ListingPeopleProps {
  listing: { id: string; seller: PartyView };
  visitor: Visitor | null;
}

/** What people say of a listing and ask about it. */
export async function ListingPeople({ listing, visitor }: ListingPeopleProps) {
  const { id: listingId, seller } = listing;
  const query = new URLSearchParams((await headers()).get('x-cascade-query') ?? '');
  const at = { questions: query.get('questions') ?? undefined, reviews: query.get('reviews') ?? undefined };
  const [caller, prefix, path] = await Promise.all([serverCaller(), publicPrefix(), currentPath()]);
  const [questions, reviews, ofSeller] = await Promise.all([
    caller.messages.shownQuestions({ listingId, cursor: at.questions, limit: shown }),
    caller.reviews.ofListing({ listingId, cursor: at.reviews, limit: shown }),
    caller.reviews.ofSeller({ citizenId: seller.citizenId }),
  ]);
  const isSeller = visitor?.username === seller.username;
  const reader = visitor === null ? 'visitor' : isSeller ? 'seller' : 'citizen';
  const next = (name: 'questions' | 'reviews', cursor: string | null) =>
    cursor === null ? null : `${addressOf(`${prefix}/listings/${listingId}`, { [name]: cursor })}#listing-${name}`;
  const people = (
    <div className="grid items-start gap-10 border-t border-line pt-6 lg:grid-cols-2">
      <ListingReviews
        rating={reviews.rating}
        reviews={reviews.items}
        seller={{ displayName: seller.displayName, rating: ofSeller }}
        mayReport={visitor !== null}
        nextHref={next('reviews', reviews.nextCursor)}
      />
      <div className="flex flex-col gap-6">
        <ListingQuestions
          listingId={listingId}
          questions={questions.items}
          reader={reader}
          signInHref={signInPath(path)}
          nextHref={next('questions', questions.nextCursor)}
        />
        {reader === 'citizen' ? (
          <div>
            <ReportButton subjectKind="listing" subjectId={listingId} />
          </div>
        ) : null}
      </div>
    </div>
  );
  // Who only reads has no use for what these parts say and ask.
  return visitor === null ? people : <Islands say={['conversation', 'moderation', 'errors']}>{people}</Islands>;
}
