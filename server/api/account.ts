import type { ClosingPart } from '#server/citizens/closing.ts';
import { citizensData, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import { marketClosing, marketData } from '#server/market/account.ts';
import { paymentsClosing, paymentsData } from '#server/payments/account.ts';

/** What every domain holds about a citizen. */
export const personalDataSources: readonly PersonalDataSource[] = [citizensData, marketData, paymentsData];

/** What every domain has to say about a closing account: the market first, because it takes listings away. */
export const closingParts: readonly ClosingPart[] = [marketClosing, paymentsClosing];
