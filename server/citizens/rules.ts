import type { Role, Tier } from '#server/platform/session.ts';

const minuteMs = 60_000;
/** After so long a session is over, however much it is used. */
export const sessionLifeMs: Readonly<Record<Role, number>> = {
  citizen: 12 * 60 * minuteMs,
  operator: 8 * 60 * minuteMs,
};
/** After so long without use it is over. */
export const sessionIdleMs: Readonly<Record<Role, number>> = { citizen: 30 * minuteMs, operator: 15 * minuteMs };
/** A citizen's most live sessions; beyond, the one used longest ago ends. */
export const sessionsMax = 20;
/** A sign-in takes at least so long, whatever comes of it: longer than all its work on a machine that is not busy. */
export const signInMsMin = 50;
/** How often a session in use notes that it is. */
export const sessionTouchMs = 60_000;
/** How often a credential in use notes that it is: to this its last use is known. */
export const credentialTouchMs = minuteMs;
/** How long the rows of credentials that expired are kept, and shown where they were not ended. */
export const credentialRetentionMs = 30 * 24 * 60 * 60_000;
/** How long the rows of sessions that are over are kept. */
export const sessionRetentionMs = 30 * 24 * 60 * 60_000;

/** How old the record of a citizen may be before Venice is asked again without being prompted by a sign-in. */
export const refreshAfterMs = 24 * 60 * 60_000;

const usernamePattern = /^[A-Za-z0-9_.-]{1,64}$/;
const displayNameLengthMax = 120;
const socialClassLengthMax = 40;

const systemCitizens = new Set(['ConsiglioDeiDieci', 'Italia', 'RepublicTreasury', 'CASCADE_PAYMENT_PROCESSOR']);

/** Singular and plural, both genders: Venice uses them all. Every other word is an unknown class. */
const tierByClass: ReadonlyMap<string, Tier> = new Map([
  ['nobili', 'enterprise'],
  ['nobile', 'enterprise'],
  ['cittadini', 'creator'],
  ['cittadino', 'creator'],
  ['cittadina', 'creator'],
  ['popolani', 'participant'],
  ['popolano', 'participant'],
  ['popolana', 'participant'],
]);

/** Classes of Venice that give no tier. With those above they are all the words that are known. */
const classesWithoutTier = new Set([
  ...['facchini', 'facchino', 'facchina', 'forestieri', 'forestiero', 'forestiera', 'artisti', 'artista', 'clero'],
  ...['scientisti', 'scientista', 'innovatori', 'innovatore', 'innovatrice'],
  ...['ambasciatore', 'ambasciatori', 'ambasciatrice', 'ambasciatrici'],
]);

/** The tier a social class gives for free; `observer` for every class without one, known or not. */
export function tierOf(socialClass: string | null): Tier {
  return tierByClass.get(folded(socialClass)) ?? 'observer';
}

/**
 * The class to keep when Venice names one: what it says now, higher or lower, since it is the truth. A word that is
 * not known, or none at all, says nothing against a known class that is stored: that one stays.
 */
export function classAfter(stored: string | null, told: string | null): string | null {
  return isKnownClass(told) || !isKnownClass(stored) ? told : stored;
}

function isKnownClass(socialClass: string | null): boolean {
  return tierByClass.has(folded(socialClass)) || classesWithoutTier.has(folded(socialClass));
}

function folded(socialClass: string | null): string {
  return (socialClass ?? '').trim().toLowerCase();
}

const tiersUpwards: readonly Tier[] = ['observer', 'participant', 'creator', 'enterprise'];

/** The tier that counts: the higher of what the class gives and what a subscription gives. */
export function effectiveTier(classTier: Tier, subscribedTier: Tier | null): Tier {
  return subscribedTier !== null && isRise({ from: classTier, to: subscribedTier }) ? subscribedTier : classTier;
}

export function isRise(change: { from: Tier; to: Tier }): boolean {
  return tiersUpwards.indexOf(change.to) > tiersUpwards.indexOf(change.from);
}

/**
 * Venice builds queries and addresses from usernames without escaping, so only these characters may go there.
 * Names of dots alone are path segments to a URL, not names, and nobody has the name of a closed account.
 */
export function isUsername(text: string): boolean {
  return usernamePattern.test(text) && !/^\.+$/.test(text) && !pseudonymPattern.test(text);
}

const pseudonymPattern = /^closed\.[0-9a-f]{32}$/;

/** What stands in place of the username of an account that was closed. */
export function pseudonymOf(citizenId: string): string {
  return `closed.${citizenId.replaceAll('-', '')}`;
}

/** Venice's own machinery holds citizen records too; it is never a customer. */
export function isSystemCitizen(username: string): boolean {
  return systemCitizens.has(username);
}

/** First and last name as it may be shown; the username when nothing is left. */
export function displayNameOf(name: { firstName: string; lastName: string; username: string }): string {
  return shownText(`${name.firstName} ${name.lastName}`, displayNameLengthMax) ?? name.username;
}

/** A class as it may be stored and shown; null when nothing is left. */
export function socialClassOf(text: string): string | null {
  return shownText(text, socialClassLengthMax);
}

/** Without invisible and direction-changing characters, cut to a number of characters as PostgreSQL counts them. */
function shownText(text: string, lengthMax: number): string | null {
  const clean = text.replaceAll(/\s+/g, ' ').replaceAll(/\p{C}/gu, '').trim();
  const cut = Array.from(clean).slice(0, lengthMax).join('').trim();
  return cut === '' ? null : cut;
}
