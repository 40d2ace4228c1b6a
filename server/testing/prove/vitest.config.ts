import { defineConfig } from 'vitest/config';
import ordinary from '../vitest.config.ts';

/**
 * The same tests as ever, in the long form of those that have one, on a server that the command made and provides. A test
 * whose time is over goes on behind the next one and moves its money, so a busy machine gets all the time that it needs.
 */
export default defineConfig({ ...ordinary, test: { ...ordinary.test, globalSetup: [], testTimeout: 600_000 } });
