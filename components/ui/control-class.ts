/** The look that input, select and textarea share. */
export const controlClass =
  'block w-full rounded-md border border-border bg-surface px-3 py-2 text-base text-text placeholder:text-muted ' +
  'file:mr-3 file:font-medium file:text-accent aria-invalid:border-danger disabled:bg-sunken disabled:text-muted';
