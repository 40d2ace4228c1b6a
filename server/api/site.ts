import { env } from '#server/platform/env.ts';

/** What the frame of every page must know of this installation. */
export interface Site {
  appUrl: string;
  /** Play money: every page says so. */
  isSandbox: boolean;
}

export function site(): Site {
  return { appUrl: env().APP_URL, isSandbox: env().CASCADE_MODE === 'sandbox' };
}
