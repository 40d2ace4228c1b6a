import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { routes } from '#server/sandbox/stripe/wire/api.ts';
import { knownParametersOfSdk } from '#server/sandbox/stripe/wire/known-parameters-from-sdk.ts';

// Run by hand after an upgrade of the SDK or when a route is added; a test compares the file with the SDK.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const names = routes.map((route) => `${route.method} ${route.path}`);
writeFileSync(new URL('./known-parameters.txt', import.meta.url), knownParametersOfSdk(root, names));
