import { env } from '#server/platform/env.ts';
import { instanceId } from '#server/platform/instance.ts';

/** What pages may know of the process and its settings. */
export interface Deployment {
  /** True where the money is play money; then every page says so. */
  isSandbox: boolean;
  /** Public origin, without a slash at the end. */
  appUrl: string;
  /** Names the process that answers. */
  instance: string;
}

export function deployment(): Deployment {
  return { isSandbox: env().CASCADE_MODE === 'sandbox', appUrl: env().APP_URL, instance: instanceId() };
}
