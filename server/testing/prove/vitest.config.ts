import { mergeConfig } from 'vitest/config';
import ordinary from '../vitest.config.ts';

/** The same tests as ever, in the long form of those that have one. */
export default mergeConfig(ordinary, { test: { provide: { proofLength: 'long' } } });
