/** Codes of authenticator apps count for steps of 30 seconds; those before and after the present one count too. */
export const stepSeconds = 30;
/** Less than this is too little to read a code and give it. */
const readingSeconds = 10;

/** How long the present step of time still lasts. */
export function secondsLeftOf(seconds: number): number {
  return stepSeconds - (seconds % stepSeconds);
}

/**
 * The first step whose code can still be given at a time in whole seconds since 1970, or undefined until the next one. Each
 * counts once; the one before the present is over together with it, so that near the end it is passed over.
 */
export function usableStep({ seconds, lastStep }: { seconds: number; lastStep: number }): number | undefined {
  const step = Math.floor(seconds / stepSeconds);
  const first = secondsLeftOf(seconds) < readingSeconds ? step : step - 1;
  return [first, step, step + 1].find((candidate) => candidate > lastStep);
}
