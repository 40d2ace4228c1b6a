import { z } from 'zod';
import { displayNameOf, isUsername, socialClassOf } from './rules.ts';

/**
 * What CASCADE takes over from a citizen's record, stores and keeps in caches. The messenger id and the ducats of
 * Venice are never read, the wallet only by `readWalletAnswer`, for as long as it takes to check a signature.
 */
export const veniceProfileSchema = z.object({
  username: z.string().refine(isUsername),
  displayName: z
    .string()
    .min(1)
    .refine((text) => displayNameOf({ username: '', firstName: text, lastName: '' }) === text),
  socialClass: z
    .string()
    .min(1)
    .refine((text) => socialClassOf(text) === text)
    .nullable(),
  isAi: z.boolean(),
});

export type VeniceProfile = z.infer<typeof veniceProfileSchema>;

/** Venice said nothing that can be relied on; `reason` is for the log. */
export interface VeniceOutage {
  status: 'outage';
  reason: string;
}

export type VeniceAnswer = { status: 'found'; profile: VeniceProfile } | { status: 'not_found' } | VeniceOutage;

/** Everyone who is in Venice just now, by username. Who is missing may still be a citizen: ask for them alone. */
export type VeniceListAnswer = { status: 'found'; profiles: ReadonlyMap<string, VeniceProfile> } | VeniceOutage;

/** As `VeniceAnswer`, with the citizen's wallet: private, for checking a signature and for nothing that lasts. */
export type VeniceWalletAnswer =
  { status: 'found'; profile: VeniceProfile; wallet: string | null } | Exclude<VeniceAnswer, { status: 'found' }>;

/** Reads the same answer as `readCitizenAnswer`, and the wallet in it; null for a citizen who has none. */
export function readWalletAnswer(answer: { httpStatus: number; body: unknown; username: string }): VeniceWalletAnswer {
  const read = readCitizenAnswer(answer);
  if (read.status !== 'found') return read;
  const citizen = fieldsOf(fieldsOf(answer.body)?.get('citizen'));
  return { ...read, wallet: textOf(citizen?.get('wallet')) };
}

/** Reads the answer of `GET /api/citizens/{username}`, which comes in more shapes than one. */
export function readCitizenAnswer(answer: { httpStatus: number; body: unknown; username: string }): VeniceAnswer {
  const body = fieldsOf(answer.body);
  if (body === null) return outage('the answer is not a JSON object');
  // Sample data shown on an error carries this mark, with status 200.
  if (isTrue(body.get('fallback'))) return outage('Venice answered with its fallback data');
  if (answer.httpStatus === 404 && body.get('success') === false) return { status: 'not_found' };
  if (answer.httpStatus !== 200) return outage(`Venice answered with status ${String(answer.httpStatus)}`);
  if (body.get('success') === false) return outage('Venice reported a failure');
  // For five minutes after a 404 the same question is answered like this.
  if (body.get('citizen') === null) return { status: 'not_found' };
  const citizen = fieldsOf(body.get('citizen'));
  if (citizen === null) return outage('the answer holds no citizen');
  return readCitizen(citizen, answer.username);
}

function readCitizen(citizen: ReadonlyMap<string, unknown>, asked: string): VeniceAnswer {
  const profile = profileOf(citizen);
  if (profile?.username !== asked) return outage('the answer is about someone else');
  if (isSample(profile)) return outage('Venice answered with a sample citizen');
  return { status: 'found', profile };
}

/**
 * Reads the answer of `GET /api/citizens`: `{success, citizens}`, or the bare array of the oldest version. Records
 * without a usable username are left out. Sample citizens, marked or not, are an outage.
 */
export function readListAnswer(answer: { httpStatus: number; body: unknown }): VeniceListAnswer {
  const body = fieldsOf(answer.body);
  if (isTrue(body?.get('fallback'))) return outage('Venice answered with its fallback data');
  if (answer.httpStatus !== 200) return outage(`Venice answered with status ${String(answer.httpStatus)}`);
  if (body?.get('success') === false) return outage('Venice reported a failure');
  const records: unknown = body === null ? answer.body : body.get('citizens');
  if (!Array.isArray(records)) return outage('the answer holds no list of citizens');
  const profiles = records.map((record) => profileOf(fieldsOf(record))).filter((profile) => profile !== null);
  if (records.length > 0 && profiles.length === 0) return outage('the list holds no citizen that can be read');
  if (profiles.length > 0 && profiles.every(isSample)) return outage('Venice answered with its sample citizens');
  return { status: 'found', profiles: new Map(profiles.map((profile) => [profile.username, profile])) };
}

/** The three that Venice makes up when it cannot read its archive; no citizen of today is of these classes. */
const sampleClasses: ReadonlyMap<string, string> = new Map([
  ['compagno', 'Servant'],
  ['marco_polo', 'Merchant'],
  ['doge_venice', 'Noble'],
]);

function isSample({ username, socialClass }: VeniceProfile): boolean {
  return socialClass !== null && sampleClasses.get(username) === socialClass;
}

function profileOf(citizen: ReadonlyMap<string, unknown> | null): VeniceProfile | null {
  const username = textOf(citizen?.get('username')) ?? textOf(citizen?.get('citizenname'));
  if (citizen === null || username === null || !isUsername(username)) return null;
  return {
    username,
    displayName: displayNameOf({
      username,
      firstName: textOf(citizen.get('firstname')) ?? '',
      lastName: textOf(citizen.get('lastname')) ?? '',
    }),
    socialClass: socialClassOf(textOf(citizen.get('socialclass')) ?? ''),
    isAi: isTrue(citizen.get('isai')),
  };
}

/** Keys are matched without case and underscores; of two spellings of one key the first with a value counts. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>();
  for (const [key, content] of Object.entries(value)) {
    const folded = key.replaceAll('_', '').toLowerCase();
    if (fields.get(folded) === undefined || fields.get(folded) === '') fields.set(folded, content);
  }
  return fields;
}

function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** Booleans come as `true`, `1` or absent. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

function outage(reason: string): VeniceOutage {
  return { status: 'outage', reason };
}
