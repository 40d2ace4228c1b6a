import type { ComponentProps } from 'react';

import { Wishing } from '#app/_people/wishing.tsx';
import { ListingBrowser } from '#components/market/listing-browser.tsx';

/** Listings with everything by which they are found, and the hearts of whoever is signed in. */
export function WishedListings(props: ComponentProps<typeof ListingBrowser>) {
  return (
    <Wishing wishes={props.wishes}>
      <ListingBrowser {...props} />
    </Wishing>
  );
}
