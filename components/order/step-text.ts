import { disputeInput, noteLength, sellerNoteInput } from '#server/market/orders/order-schema.ts';
import type { PartyAction } from '#server/market/orders/order-schema.ts';

/** Whether a step takes words: none, if one likes, or a reason that both sides will read. */
export type StepText = 'none' | 'optional' | 'required';

export const stepText: Record<PartyAction, StepText> = {
  accept: 'none',
  decline: 'optional',
  deliver: 'optional',
  cancel: 'optional',
  confirm: 'none',
  refund_all: 'optional',
  refund_part: 'required',
  propose: 'required',
  agree: 'none',
  resolve_split: 'required',
  dispute: 'required',
  resolve_refund: 'required',
  resolve_release: 'required',
};

export type TextProblem = 'too_short' | 'too_long' | 'control_characters';

const textSchemas = { optional: sellerNoteInput.shape.note, required: disputeInput.shape.reason };

/** What is wrong with the words of a step before they are sent, or null. */
export function stepTextProblem(action: PartyAction, text: string): TextProblem | null {
  const rule = stepText[action];
  if (rule === 'none' || (rule === 'optional' && text.trim() === '')) return null;
  const checked = textSchemas[rule].safeParse(text);
  if (checked.success) return null;
  const code = checked.error.issues[0]?.code;
  if (code === 'too_small') return 'too_short';
  return code === 'too_big' ? 'too_long' : 'control_characters';
}

export const stepTextLength = noteLength;
