import { defineConfig } from 'vitest/config';
import ordinary from '../vitest.config.ts';

/** The same tests as ever, on a template database that the command made and provides. */
export default defineConfig({ ...ordinary, test: { ...ordinary.test, globalSetup: [] } });
