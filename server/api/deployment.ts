import { env } from '#server/platform/env.ts';
import { instanceId } from '#server/platform/instance.ts';

/** What pages may know of the process and its settings. */
export interface Deployment {
  /** True where the money is play money; then every page says so. */
  isSandbox: boolean;
  /** Public origin, without a slash at the end. */
  appUrl: string;
  /** Where the sandbox of Venice signs as any citizen; null where Venice is not the sandbox. */
  testWalletUrl: string | null;
  /** Names the process that answers. */
  instance: string;
}

export function deployment(): Deployment {
  const { CASCADE_MODE, APP_URL: appUrl, VENICE_ISSUER } = env();
  const isSandbox = CASCADE_MODE === 'sandbox';
  // The sandbox listens on this machine only, so that an issuer elsewhere is somebody else.
  const isOwnVenice = isSandbox && ['127.0.0.1', 'localhost'].includes(new URL(VENICE_ISSUER).hostname);
  const testWalletUrl = isOwnVenice ? `${new URL(VENICE_ISSUER).origin}/wallet` : null;
  return { isSandbox, appUrl, testWalletUrl, instance: instanceId() };
}
