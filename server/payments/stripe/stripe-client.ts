import Stripe from 'stripe';

/** The version this code was written against. The type is the SDK's own, so that an upgrade of one needs the other. */
const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive';
const timeoutMs = 10_000;
const networkRetriesMax = 2;

export interface StripeSettings {
  STRIPE_SECRET_KEY: string;
  /** Base address of a sandbox; Stripe itself when not set. */
  STRIPE_API_URL?: string | undefined;
}

/** The SDK against Stripe, or against the sandbox at `STRIPE_API_URL`. */
export function createStripe(settings: StripeSettings): Stripe {
  return new Stripe(settings.STRIPE_SECRET_KEY, {
    apiVersion,
    timeout: timeoutMs,
    maxNetworkRetries: networkRetriesMax,
    telemetry: false,
    appInfo: { name: 'CASCADE' },
    ...address(settings.STRIPE_API_URL),
  });
}

function address(baseUrl: string | undefined): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  if (baseUrl === undefined) return {};
  const { hostname, port, protocol } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  return {
    host: hostname,
    port: port === '' ? (isSecure ? '443' : '80') : port,
    protocol: isSecure ? 'https' : 'http',
  };
}
