/** A heart in the corner of a card, or a button with its word. */
export type HeartLook = 'icon' | 'button';

const looks: Record<HeartLook, string> = {
  icon: 'inline-flex size-control items-center justify-center rounded-md border border-line bg-surface text-muted transition-colors hover:border-accent hover:text-danger',
  button:
    'inline-flex min-h-control w-full items-center justify-center gap-2 rounded-md border border-border bg-surface px-4 py-2 font-medium text-text transition-colors hover:bg-accent-soft',
};

export function heartClass(look: HeartLook): string {
  return looks[look];
}
