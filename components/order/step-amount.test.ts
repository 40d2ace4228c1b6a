import { describe, expect, it } from 'vitest';
import { stepAmount } from './step-amount.ts';

const leftMinor = 7_500n;

describe('what goes back to the buyer', () => {
  it.each(['12.50', '12,50'])('is read as it is shown in either language: %j', (text) => {
    expect(stepAmount('refund_part', text, leftMinor)).toEqual({ amountMinor: 1_250n });
  });

  it('is no more than what is left, and of nothing only where it is proposed', () => {
    expect(stepAmount('refund_part', '75,00', leftMinor)).toEqual({ amountMinor: 7_500n });
    expect(stepAmount('refund_part', '75,01', leftMinor)).toEqual({ problem: 'amount_too_large' });
    expect(stepAmount('refund_part', '0', leftMinor)).toEqual({ problem: 'amount_wrong' });
    expect(stepAmount('propose', '0', leftMinor)).toEqual({ amountMinor: 0n });
    expect(stepAmount('propose', 'twelve', leftMinor)).toEqual({ problem: 'amount_wrong' });
  });
});
