import { z } from '#server/platform/zod.ts';

/** Inputs about second factors, shared by forms and procedures. */

/** As an app shows it; spaces between the digits do not matter. */
export const totpCode = z
  .string()
  .max(20)
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/));

/** As printed on paper; what it means is decided where it is checked. */
export const recoveryCode = z.string().trim().min(12).max(40);

export const passkeyName = z
  .string()
  .max(240)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text))
  .transform((text) => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim())
  .pipe(z.string().min(1).max(60));

const base64url = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .regex(/^[A-Za-z0-9_-]*$/);

const credential = {
  id: base64url(1_400).min(1),
  rawId: base64url(1_400).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).exactOptional(),
  // Nothing is asked of extensions, so nothing of them is taken over.
  clientExtensionResults: z.object({}),
};

/** What the browser answers when a passkey was made (WebAuthn's RegistrationResponseJSON). */
export const registrationResponse = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_000),
    attestationObject: base64url(20_000),
    transports: z.array(z.string().max(20)).max(10).exactOptional(),
  }),
});
export type RegistrationResponse = z.output<typeof registrationResponse>;

/** What the browser answers when a passkey was used (WebAuthn's AuthenticationResponseJSON). */
export const assertionResponse = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4_000),
    authenticatorData: base64url(4_000),
    signature: base64url(10_000),
    userHandle: base64url(200).exactOptional(),
  }),
});
export type AssertionResponse = z.output<typeof assertionResponse>;
