import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** `long` under `npm run prove:…`; nothing in an ordinary run. */
    proofLength?: 'short' | 'long';
    /** Of the run that is to be repeated. */
    proofSeed?: number;
  }
  interface TaskMeta {
    /** What a proof measured, for the last line of `npm run prove:…`. */
    figures?: Record<string, number>;
  }
}

/** How large a proof is: short in an ordinary run, long under `npm run prove:…`. */
export function proofSize<T>(sizes: { short: T; long: T }): T {
  return inject('proofLength') === 'long' ? sizes.long : sizes.short;
}
