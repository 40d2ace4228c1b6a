import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where this clone keeps its data, secrets and logs, unless a run brings a folder of its own. */
export const dataFolder = join(root, '.cascade');

/** The pinned Node that runs the product's TypeScript. Exists once dependencies are installed. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Loads an installed package. Called only after the installation, so that scripts start without it. */
export const requireInstalled = createRequire(join(root, 'package.json'));
