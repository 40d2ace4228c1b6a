import { inDatabase } from './database.ts';

/** For how many days money of the highest level that is earned is held back, and for what. */
export interface Waits {
  holdBought: number;
  holdEarned: number;
  newCard: number;
  payoutAccount: number;
}

/** How it is set now. */
export async function presentWaits(): Promise<Waits> {
  const [waits] = await inDatabase<Waits & Record<string, number>>(
    `SELECT hold_bought_days AS "holdBought", hold_earned_days AS "holdEarned",
            new_card_hold_days AS "newCard", payout_account_days AS "payoutAccount"
     FROM trust_setting, trust_gate WHERE level = 3`,
  );
  if (waits === undefined) throw new Error('level 3 has its limits');
  return waits;
}

/** Sets it as operators can. */
export async function setWaits({ holdBought, holdEarned, newCard, payoutAccount }: Waits): Promise<void> {
  const set = 'UPDATE trust_setting SET hold_bought_days = $1, hold_earned_days = $2 WHERE level = 3';
  await inDatabase(set, [holdBought, holdEarned]);
  await inDatabase('UPDATE trust_gate SET new_card_hold_days = $1, payout_account_days = $2', [newCard, payoutAccount]);
}
