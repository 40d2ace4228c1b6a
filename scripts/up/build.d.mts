/** Builds the pages into a folder of this clone when their sources changed since its last build. */
export function buildPages(env: NodeJS.ProcessEnv, folder?: string): Promise<void>;

/** The folder for a build of tests: a running `up` keeps the build that it serves. */
export function buildForTests(): string;
