import { expect, it } from 'vitest';
import { updateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import { offerStepInput } from '#server/market/offers/offer-schema.ts';
import { agreeInput, placeOrderInput } from '#server/market/orders/order-schema.ts';
import { saveStorefrontInput } from '#server/market/search/storefront-schema.ts';

it('no form takes a version that PostgreSQL could not hold', () => {
  const tooLarge = 2_147_483_648;
  const told = [
    [updateListingInput, 'version'],
    [saveStorefrontInput, 'version'],
    [placeOrderInput, 'listingVersion'],
    [agreeInput, 'sequence'],
    [offerStepInput, 'sequence'],
  ] as const;
  for (const [schema, field] of told) {
    const codeOf = (value: number) =>
      schema.safeParse({ [field]: value }).error?.issues.find(({ path }) => path.join() === field)?.code;
    expect([codeOf(tooLarge - 1), codeOf(tooLarge)], field).toEqual([undefined, 'too_big']);
  }
});
