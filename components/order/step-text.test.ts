import { describe, expect, test } from 'vitest';
import { stepTextProblem } from '#components/order/step-text.ts';

describe('the words of an order step', () => {
  test('a dispute and a decision need a reason of sensible length', () => {
    for (const action of ['dispute', 'resolve_refund', 'resolve_release'] as const) {
      expect(stepTextProblem(action, '')).toBe('too_short');
      expect(stepTextProblem(action, 'too late')).toBe('too_short');
      expect(stepTextProblem(action, 'It never arrived.')).toBeNull();
      expect(stepTextProblem(action, 'x'.repeat(2001))).toBe('too_long');
      expect(stepTextProblem(action, 'It never\u202E arrived.')).toBe('control_characters');
    }
  });

  test('a note is welcome and never demanded', () => {
    for (const action of ['deliver', 'cancel'] as const) {
      expect(stepTextProblem(action, ' ')).toBeNull();
      expect(stepTextProblem(action, 'ok')).toBeNull();
      expect(stepTextProblem(action, 'x'.repeat(2001))).toBe('too_long');
    }
    expect(stepTextProblem('confirm', 'ignored')).toBeNull();
  });
});
