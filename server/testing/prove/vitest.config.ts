import { defineConfig } from 'vitest/config';
import ordinary from '../vitest.config.ts';

/** The same tests as ever, in the long form of those that have one, on a server that the command made and provides. */
export default defineConfig({ ...ordinary, test: { ...ordinary.test, globalSetup: [] } });
