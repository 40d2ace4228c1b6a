import type { AccountRequest, AccountResult } from '#server/ledger/account-batches.ts';
import { accountKinds } from '#server/ledger/kinds.ts';
import type { ModelAccount } from './state.ts';

const boundMinorMax = 10n ** 17n;

/** An account to be, or what stands against it. */
export function openingOf(
  request: AccountRequest,
  accounts: Iterable<ModelAccount>,
): AccountResult | Omit<ModelAccount, 'id'> {
  const { owner, kind, asset, floorMinor: asked, ceilingMinor = null } = request;
  const length = Array.from(owner).length;
  if (length < 1 || length > 128 || owner.includes('\0')) return refused('owner_malformed', 'owner');
  if (owner === 'house') return refused('house_owner', 'owner');
  const definition = accountKinds.find((known) => known.name === kind && known.asset === asset && known.perOwner);
  if (definition === undefined) return refused('unknown_account_kind', 'kind');
  const bounds = [asked ?? 0n, ceilingMinor ?? 0n];
  if (bounds.some((bound) => bound > boundMinorMax || bound < -boundMinorMax)) return refused('bound_out_of_range');
  const floorMinor = asked ?? definition.floorMinor;
  if (floorMinor !== null && ceilingMinor !== null && floorMinor > ceilingMinor) {
    return refused('floor_above_ceiling', 'floorMinor');
  }
  if (asked !== undefined && definition.floorMinor !== null && asked < definition.floorMinor) {
    return refused('floor_below_kind', 'floorMinor');
  }
  if ((asked ?? 0n) > 0n || (ceilingMinor ?? 0n) < 0n) return refused('bounds_exclude_zero');
  const there = [...accounts].find((known) => known.owner === owner && known.kind === kind && known.asset === asset);
  if (there === undefined) return { owner, kind, asset, floorMinor, ceilingMinor, ...nothingYet() };
  if (there.floorMinor !== floorMinor) return refused('account_content_mismatch', 'floorMinor');
  if (there.ceilingMinor !== ceilingMinor) return refused('account_content_mismatch', 'ceilingMinor');
  return { status: 'exists', id: there.id };
}

function nothingYet() {
  const amounts = { balanceMinor: 0n, reservedMinor: 0n, version: 0n };
  const state = { isHouse: false, frozen: false, closed: false, beginning: amounts };
  return { ...state, ...amounts, netOfDay: new Map<string, bigint>(), entries: [] };
}

type Refusal = Extract<AccountResult, { status: 'refused' }>;

function refused(code: Refusal['code'], field?: string): Refusal {
  return { status: 'refused', code, ...(field === undefined ? {} : { field }) };
}
