import { startAuthentication, startRegistration } from '@simplewebauthn/browser';

/** What the browser does with passkeys, between two calls of the server. */

type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];
type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** Has a device make a passkey. Rejects with a `WebAuthnError` or a `DOMException`. */
export async function makePasskey(optionsJSON: CreationOptions) {
  const { clientExtensionResults: _, ...answer } = await startRegistration({ optionsJSON });
  return { ...withoutGaps(answer), response: withoutGaps(answer.response), clientExtensionResults: {} };
}

/** Has a device prove a passkey. Rejects with a `WebAuthnError` or a `DOMException`. */
export async function askForPasskey(optionsJSON: RequestOptions) {
  const { clientExtensionResults: _, ...answer } = await startAuthentication({ optionsJSON });
  return { ...withoutGaps(answer), response: withoutGaps(answer.response), clientExtensionResults: {} };
}

/** What a device left out stays out: an `undefined` would travel, and the server expects text or nothing. */
function withoutGaps<Answer extends object>(answer: Answer): Answer {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)) as Answer;
}
