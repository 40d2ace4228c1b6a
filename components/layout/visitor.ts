import type { OperatorRole, Tier } from '#server/platform/session.ts';

/** The signed-in citizen as the frame of every page shows them. */
export interface Visitor {
  username: string;
  displayName: string;
  tier: Tier;
  role: 'citizen' | 'operator';
  operatorRole: OperatorRole | null;
  /** Whether what is for operators is open to them: an operator who gave a second factor. */
  isOperator: boolean;
  hasSecondFactor: boolean;
  /** Signed in by half: the second factor is still owed, and until then they may do nothing. */
  owesSecondFactor: boolean;
  /** What they can spend now; null when it could not be read. */
  availableMinor: bigint | null;
  /** How many notifications are unread; null for whoever still owes their second factor. */
  unread: number | null;
  /** The same of messages. */
  unreadMessages: number | null;
}
