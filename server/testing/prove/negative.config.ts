import { defineConfig } from 'vitest/config';
import ordinary from '../vitest.config.ts';

/**
 * The same tests as ever, on a template database that the command made and provides. Without the cache of transformed
 * files, which knows a file by what is on the disk: one defect's altered source would be loaded for the next one too.
 */
export default defineConfig({ ...ordinary, test: { ...ordinary.test, globalSetup: [], fsModuleCache: false } });
