import { z } from 'zod';

// zod tries `new Function` to compile object schemas; in a browser our content security policy reports the attempt.
if (typeof document !== 'undefined') z.config({ jitless: true });

/** The schema library, for every schema that pages share: set up before the first schema is made. */
export { z };
