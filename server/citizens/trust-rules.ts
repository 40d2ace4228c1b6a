/** Trust levels as pure decisions over facts: what a citizen may move, how long it is held, and what is missing for more. */

export type TrustLevel = 0 | 1 | 2 | 3 | 4;

/** Levels that are earned, and whose limits are settings; level 4 holds by contract. */
export const earnedLevels = [0, 1, 2, 3] as const;
export type EarnedLevel = (typeof earnedLevels)[number];

/** What a level allows. Amounts in cents, before fees. */
export interface TrustLimits {
  topUpDayUsdMinor: bigint;
  topUpMonthUsdMinor: bigint;
  holdBoughtDays: number;
  holdEarnedDays: number;
  /** 0 where nothing may be cashed out. */
  cashOutDayUsdMinor: bigint;
  cashOutMonthUsdMinor: bigint;
  /** Listings on sale at once; null without limit. */
  listingsMax: number | null;
}

/** What the levels ask for, and how long setbacks last. */
export interface TrustGates {
  knownAgeDays: number;
  knownPurchaseAgeDays: number;
  trustedAfterDays: number;
  /** Level 3 asks for a share of disputes below this, in millionths. */
  trustedDisputeRatePpm: number;
  factorsResetDays: number;
  payoutAccountDays: number;
  newCardHoldDays: number;
  chargebackDays: number;
}

export interface TrustSettings {
  limits: Readonly<Record<EarnedLevel, TrustLimits>>;
  gates: TrustGates;
}

/** What is known of a citizen. Times of setbacks are those of the latest of its kind; null where there was none. */
export interface TrustFacts {
  firstSeenAt: Date;
  /** Since when there is a verified address, also when it changed meanwhile. */
  emailVerifiedAt: Date | null;
  hasSecondFactor: boolean;
  /** When an identity check was first passed. */
  identityVerifiedAt: Date | null;
  /** Top-ups that were paid by card and neither given back nor charged back. */
  cleanPurchases: number;
  oldestCleanPurchaseAt: Date | null;
  /** Sales that ended well, and those that an operator decided for the buyer. */
  sales: number;
  salesLost: number;
  chargebacks: number;
  factorsResetAt: Date | null;
  factorRemovedAt: Date | null;
  payoutAccountAt: Date | null;
  newCardAt: Date | null;
  chargebackAt: Date | null;
  /** When the last chargeback was settled; null while one is open. */
  chargebacksSettledAt: Date | null;
  /** The first clean purchase after that. */
  cleanPurchaseSinceAt: Date | null;
  assignment: TrustAssignment | null;
}

/** What an operator decided last. A null level takes an earlier decision back. */
export interface TrustAssignment {
  level: TrustLevel | null;
  /** The numbers of level 4. */
  contract: TrustLimits | null;
  decidedAt: Date;
}

export type RequirementCode =
  | 'account_age'
  | 'verified_email'
  | 'second_factor'
  | 'clean_purchase'
  | 'no_chargeback'
  | 'identity'
  | 'verified_for'
  | 'dispute_rate';

export interface Requirement {
  code: RequirementCode;
  isMet: boolean;
  /** From when on it is met by itself; null where time alone does not meet it. */
  metAt: Date | null;
}

export type SetbackKind = 'factors_reset' | 'factor_removed' | 'payout_account' | 'new_card' | 'chargeback';

/** Something that holds trust back for now. */
export interface Setback {
  kind: SetbackKind;
  since: Date;
  /** Null while its end hangs on something that has not happened yet. */
  until: Date | null;
}

/** Where a citizen stands. */
export interface TrustStanding {
  /** The level whose limits count. */
  level: TrustLevel;
  /** The level that the facts alone earn. */
  earnedLevel: EarnedLevel;
  /** Whether an operator set it. */
  isAssigned: boolean;
  limits: TrustLimits;
  /** A chargeback is open: nothing is bought, spent or cashed out. */
  isFrozen: boolean;
  /** Nothing is cashed out before; null when no setback forbids it (the limits may all the same). */
  cashOutFrom: Date | null;
  setbacks: Setback[];
  /** What the next level asks for; null where only an operator can give more. */
  next: { level: EarnedLevel; requirements: Requirement[] } | null;
}

const dayMs = 86_400_000;
const million = 1_000_000;

/** The whole decision. Depends on nothing but its arguments. */
export function standingOf(facts: TrustFacts, settings: TrustSettings, now: Date): TrustStanding {
  const { gates } = settings;
  const setbacks = setbacksOf(facts, gates, now);
  const earnedLevel = levelOf(facts, gates, now);
  const assigned = assignedLevel(facts.assignment);
  const isSetBack = setbacks.some(({ kind }) => kind === 'chargeback' || kind === 'factor_removed');
  const level = isSetBack ? 0 : (assigned ?? earnedLevel);
  const limits = limitsOf(level, { facts, settings });
  const isNewCard = setbacks.some(({ kind }) => kind === 'new_card');
  const holdBoughtDays = isNewCard ? Math.max(limits.holdBoughtDays, gates.newCardHoldDays) : limits.holdBoughtDays;
  const nextLevel = earnedLevels.find((candidate) => candidate > earnedLevel && candidate > level);
  return {
    level,
    earnedLevel,
    isAssigned: assigned !== null,
    limits: { ...limits, holdBoughtDays },
    isFrozen: isFrozen(facts),
    cashOutFrom: cashOutFrom(setbacks),
    setbacks,
    next:
      assigned !== null || nextLevel === undefined
        ? null
        : { level: nextLevel, requirements: requirementsOf(nextLevel, { facts, gates, now }) },
  };
}

/** The highest level all of whose requirements, and those of every level below, are met. */
export function levelOf(facts: TrustFacts, gates: TrustGates, now: Date): EarnedLevel {
  const isMissed = (level: EarnedLevel) => requirementsOf(level, { facts, gates, now }).some(({ isMet }) => !isMet);
  const missed = earnedLevels.find(isMissed) ?? 4;
  return earnedLevels.findLast((level) => level < missed) ?? 0;
}

/** What a level asks for beyond the one below it. */
export function requirementsOf(
  level: EarnedLevel,
  { facts, gates, now }: { facts: TrustFacts; gates: TrustGates; now: Date },
): Requirement[] {
  const when = (code: RequirementCode, metAt: Date | null): Requirement => ({
    code,
    isMet: metAt !== null && metAt <= now,
    metAt,
  });
  const whether = (code: RequirementCode, isMet: boolean): Requirement => ({ code, isMet, metAt: null });
  switch (level) {
    case 0:
      return [];
    case 1:
      return [
        when('account_age', knownAgeAt(facts, gates)),
        whether('verified_email', facts.emailVerifiedAt !== null && facts.emailVerifiedAt <= now),
        whether('second_factor', facts.hasSecondFactor),
        when('clean_purchase', knownPurchaseAt(facts, gates)),
        noChargeback(facts, gates, now),
      ];
    case 2:
      return [whether('identity', facts.identityVerifiedAt !== null && facts.identityVerifiedAt <= now)];
    case 3:
      return [
        when('verified_for', verifiedForAt(facts, gates)),
        whether('dispute_rate', isRateBelow(facts, gates.trustedDisputeRatePpm)),
      ];
  }
}

function knownAgeAt(facts: TrustFacts, gates: TrustGates): Date {
  return after(facts.firstSeenAt, gates.knownAgeDays);
}

function knownPurchaseAt(facts: TrustFacts, gates: TrustGates): Date | null {
  return facts.oldestCleanPurchaseAt === null ? null : after(facts.oldestCleanPurchaseAt, gates.knownPurchaseAgeDays);
}

/** Level 2 holds since the last of its gates was passed; after a chargeback, since that one ended. */
function verifiedForAt(facts: TrustFacts, gates: TrustGates): Date | null {
  const passed = [
    knownAgeAt(facts, gates),
    knownPurchaseAt(facts, gates),
    facts.emailVerifiedAt,
    facts.identityVerifiedAt,
    ...(facts.chargebackAt === null ? [] : [chargebackEndAt(facts, gates)]),
  ];
  const times = passed.filter((time) => time !== null);
  return times.length < passed.length ? null : after(latest(times), gates.trustedAfterDays);
}

function noChargeback(facts: TrustFacts, gates: TrustGates, now: Date): Requirement {
  const setback = chargebackOf(facts, gates, now);
  return { code: 'no_chargeback', isMet: setback === null, metAt: setback?.until ?? null };
}

/**
 * Disputes count when they are decided: chargebacks, and sales that an operator gave back to the buyer. An open dispute
 * is the word of a stranger and lowers nobody's limits.
 */
function isRateBelow(facts: TrustFacts, ratePpm: number): boolean {
  const disputes = facts.chargebacks + facts.salesLost;
  const all = facts.cleanPurchases + facts.sales + disputes;
  return disputes === 0 || disputes * million < ratePpm * all;
}

function setbacksOf(facts: TrustFacts, gates: TrustGates, now: Date): Setback[] {
  const forDays = (kind: SetbackKind, since: Date | null, days: number): Setback | null => {
    if (since === null) return null;
    const until = after(since, days);
    return now < until ? { kind, since, until } : null;
  };
  return [
    chargebackOf(facts, gates, now),
    factorRemovedOf(facts),
    forDays('factors_reset', facts.factorsResetAt, gates.factorsResetDays),
    forDays('payout_account', facts.payoutAccountAt, gates.payoutAccountDays),
    forDays('new_card', facts.newCardAt, gates.newCardHoldDays),
  ].filter((setback) => setback !== null);
}

/**
 * A second factor that was removed, by the citizen or by a reset, sets back until there is one again, or until an operator
 * decides otherwise.
 */
function factorRemovedOf(facts: TrustFacts): Setback | null {
  const times = [facts.factorRemovedAt, facts.factorsResetAt].filter((time) => time !== null);
  if (times.length === 0 || facts.hasSecondFactor) return null;
  const since = latest(times);
  return isDecidedAfter(facts, since) ? null : { kind: 'factor_removed', since, until: null };
}

/** From a chargeback until some days after the first clean purchase that follows its settlement, or a decision. */
function chargebackOf(facts: TrustFacts, gates: TrustGates, now: Date): Setback | null {
  const since = facts.chargebackAt;
  if (since === null || isDecidedAfter(facts, since)) return null;
  const until = chargebackEndAt(facts, gates);
  return until !== null && until <= now ? null : { kind: 'chargeback', since, until };
}

/** When the last chargeback is, or was, over by what the citizen does; null while that is not known. */
function chargebackEndAt({ chargebacksSettledAt, cleanPurchaseSinceAt }: TrustFacts, gates: TrustGates): Date | null {
  if (chargebacksSettledAt === null || cleanPurchaseSinceAt === null) return null;
  return after(cleanPurchaseSinceAt, gates.chargebackDays);
}

function isFrozen(facts: TrustFacts): boolean {
  const { chargebackAt, chargebacksSettledAt } = facts;
  return chargebackAt !== null && chargebacksSettledAt === null && !isDecidedAfter(facts, chargebackAt);
}

function isDecidedAfter({ assignment }: TrustFacts, since: Date): boolean {
  return assignment !== null && assignment.level !== null && assignment.decidedAt > since;
}

function cashOutFrom(setbacks: readonly Setback[]): Date | null {
  const holding = setbacks.filter(({ kind }) => kind === 'factors_reset' || kind === 'payout_account');
  const times = holding.map(({ until }) => until).filter((until) => until !== null);
  return times.length === 0 ? null : latest(times);
}

/** Level 4 is nothing without its contract. */
function assignedLevel(assignment: TrustAssignment | null): TrustLevel | null {
  if (assignment === null) return null;
  return assignment.level === 4 && assignment.contract === null ? null : assignment.level;
}

function limitsOf(level: TrustLevel, { facts, settings }: { facts: TrustFacts; settings: TrustSettings }): TrustLimits {
  if (level < 4) return settings.limits[level as EarnedLevel];
  return facts.assignment?.contract ?? settings.limits[0];
}

function after(time: Date, days: number): Date {
  return new Date(time.getTime() + days * dayMs);
}

function latest(times: readonly Date[]): Date {
  return new Date(Math.max(...times.map((time) => time.getTime())));
}
