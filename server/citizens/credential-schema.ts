import { z } from '#server/platform/zod.ts';
import { passkeyName } from './factor-schema.ts';

/** What a credential may do: look, or everything that a token may. */
export const credentialRights = ['read', 'read_write'] as const;

/** For how many days a credential can be made. */
export const credentialDays = [30, 90, 365] as const;

/** A citizen's most living credentials. */
export const credentialsMax = 10;

/** Names of things that a citizen keeps are all written alike. */
export const credentialName = passkeyName;

export const makeCredentialInput = z.object({
  name: credentialName,
  rights: z.enum(credentialRights),
  days: z.union([z.literal(30), z.literal(90), z.literal(365)]),
});
