import { flushSync } from 'react-dom';

/** Lets a form say what is wrong with it, and puts the focus on the first field that is; nothing is, nothing moves. */
export function showMistakes(form: Element | null, say: () => void): void {
  // The fields are marked before the first of them is looked for.
  flushSync(say);
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
