import { displayNameOf, socialClassOf } from './rules.ts';

/** What CASCADE takes over from a citizen's record. Private fields (wallet, messenger id) are never read. */
export interface VeniceProfile {
  username: string;
  displayName: string;
  socialClass: string | null;
  isAi: boolean;
}

/** `outage`: Venice said nothing that can be relied on; `reason` is for the log. */
export type VeniceAnswer =
  { status: 'found'; profile: VeniceProfile } | { status: 'not_found' } | { status: 'outage'; reason: string };

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
  const username = textOf(citizen.get('username')) ?? textOf(citizen.get('citizenname'));
  if (username !== asked) return outage('the answer is about someone else');
  return {
    status: 'found',
    profile: {
      username,
      displayName: displayNameOf({
        username,
        firstName: textOf(citizen.get('firstname')) ?? '',
        lastName: textOf(citizen.get('lastname')) ?? '',
      }),
      socialClass: socialClassOf(textOf(citizen.get('socialclass')) ?? ''),
      isAi: isTrue(citizen.get('isai')),
    },
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

function outage(reason: string): VeniceAnswer {
  return { status: 'outage', reason };
}
