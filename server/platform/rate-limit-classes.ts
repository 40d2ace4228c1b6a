/**
 * How often something may be done. Every procedure and door belongs to one class; each kind of caller that a request
 * carries has a count of its own in it, and the strictest of them decides.
 */

/** Who is asking: always an address, and whatever else is known about them. */
export interface Callers {
  /** Id of the citizen who is signed in. */
  citizen?: string | undefined;
  /** Address of the client as the front saw it. An IPv6 address counts together with all of its /64. */
  address: string;
  /** Id of the credential (a bearer token, an API key) that the request was made with. */
  credential?: string | undefined;
}

export type CallerKind = keyof Callers;

export interface Allowance {
  /** Calls within a window, counted by all processes together. */
  shared: number;
  /** Calls within a window that one process lets through on its own count. */
  local: number;
}

export interface LimitClass {
  /** Length of the sliding window, in seconds. */
  windowSeconds: number;
  /**
   * How each kind of caller is limited; a kind that is not named is not counted. An address may do more than a
   * citizen, because a household, a school or an office has one for everybody.
   */
  calls: { address: Allowance } & Partial<Record<CallerKind, Allowance>>;
}

const minute = 60;

/**
 * All classes. `local` holds where no Redis counts for all processes: none is configured, it does not answer, or it
 * may have lost its memory less than one window ago. For `money`, `sign_in`, `factor` and `mail` it is lower than `shared`, because then
 * nobody sees what a caller does at the other processes; reading and writing go on as before.
 */
export const limitClasses = {
  /** Looking at something. */
  read: {
    windowSeconds: minute,
    calls: { citizen: same(600), credential: same(600), address: same(3_000) },
  },
  /** Changing something that costs nobody money. */
  write: {
    windowSeconds: minute,
    calls: { citizen: same(60), credential: same(60), address: same(600) },
  },
  /** Moving money, or promising to. */
  money: {
    windowSeconds: minute,
    calls: {
      citizen: { shared: 30, local: 15 },
      credential: { shared: 30, local: 15 },
      address: { shared: 240, local: 120 },
    },
  },
  /** A step of a sign-in, of which one by way of Venice has two. No citizen is known yet. */
  sign_in: {
    windowSeconds: minute,
    calls: { address: { shared: 60, local: 40 } },
  },
  /** Proving a second factor: whoever guesses 6 digits all day, of which three are right, has one chance in 700. */
  factor: {
    windowSeconds: 60 * minute,
    calls: { citizen: { shared: 20, local: 12 }, address: { shared: 200, local: 100 } },
  },
  /** Anything that makes the house write to an e-mail address. */
  mail: {
    windowSeconds: 60 * minute,
    calls: { citizen: { shared: 10, local: 5 }, address: { shared: 60, local: 30 } },
  },
  /** A file made of up to a year of entries. */
  statement: {
    windowSeconds: minute,
    calls: { citizen: same(30), credential: same(30), address: same(120) },
  },
} as const satisfies Record<string, LimitClass>;

export type LimitClassName = keyof typeof limitClasses;

/** The classes whose local limits are stricter than their shared ones. */
export const strictClassNames = ['money', 'sign_in', 'factor', 'mail'] as const satisfies readonly LimitClassName[];

/** All classes with every count so many times as high, for a house whose visitors share an address or are machines. */
export function classesTimes(times: number): Record<LimitClassName, LimitClass> {
  const raised = ({ shared, local }: Allowance): Allowance => ({ shared: shared * times, local: local * times });
  const entries = Object.entries(limitClasses).map(([name, { windowSeconds, calls }]) => {
    const raisedCalls = Object.fromEntries(Object.entries(calls).map(([kind, each]) => [kind, raised(each)]));
    return [name, { windowSeconds, calls: raisedCalls }];
  });
  return Object.fromEntries(entries) as Record<LimitClassName, LimitClass>;
}

function same(calls: number): Allowance {
  return { shared: calls, local: calls };
}
