interface ProgressProps {
  label: string;
  /** Whole steps done, of `max`; left out when nobody can know. */
  value?: number;
  max?: number;
}

export function Progress({ label, value, max }: ProgressProps) {
  return (
    <progress
      aria-label={label}
      {...(value === undefined ? {} : { value })}
      {...(max === undefined ? {} : { max })}
      className={
        'h-2 w-full appearance-none overflow-hidden rounded-md bg-line ' +
        '[&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent [&::-moz-progress-bar]:bg-accent'
      }
    />
  );
}
