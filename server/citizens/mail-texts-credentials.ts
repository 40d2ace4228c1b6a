/** Letters about API credentials, by language. */

interface Values {
  get: (name: string) => string;
}

interface CredentialLetter {
  subject: string;
  lines: string[];
  link: { words: string; path: string };
}

type CredentialTexts = Readonly<
  Record<'credential_made' | 'credential_ended' | 'credentials_ended', (values: Values) => CredentialLetter>
>;

const path = '/account/credentials';

export const englishCredentials: CredentialTexts = {
  credential_made: ({ get }) => ({
    subject: 'an API credential was made',
    lines: [
      `The API credential “${get('name')}” was made. Whoever has its secret may ${get('rights') === 'read_write' ? 'read and change' : 'read'} as you, for ${get('count')} days.`,
    ],
    link: { words: 'Your API credentials:', path },
  }),
  credential_ended: ({ get }) => ({
    subject: 'an API credential was ended',
    lines: [`The API credential “${get('name')}” was ended. Programs that use it are refused.`],
    link: { words: 'Your API credentials:', path },
  }),
  credentials_ended: ({ get }) => ({
    subject: 'your API credentials were ended',
    lines: [
      `Your account has no second factor any more, so your API credentials were ended (${get('count')} of them). Programs that use them are refused.`,
    ],
    link: { words: 'Your API credentials:', path },
  }),
};

export const italianCredentials: CredentialTexts = {
  credential_made: ({ get }) => ({
    subject: 'è stata creata una credenziale API',
    lines: [
      `È stata creata la credenziale API «${get('name')}». Chi ne ha il segreto può ${get('rights') === 'read_write' ? 'leggere e modificare' : 'leggere'} come te, per ${get('count')} giorni.`,
    ],
    link: { words: 'Le tue credenziali API:', path },
  }),
  credential_ended: ({ get }) => ({
    subject: 'una credenziale API è stata revocata',
    lines: [`La credenziale API «${get('name')}» è stata revocata. I programmi che la usano vengono rifiutati.`],
    link: { words: 'Le tue credenziali API:', path },
  }),
  credentials_ended: ({ get }) => ({
    subject: 'le tue credenziali API sono state revocate',
    lines: [
      `Il tuo conto non ha più un secondo fattore, quindi le tue credenziali API sono state revocate (${get('count')}). I programmi che le usano vengono rifiutati.`,
    ],
    link: { words: 'Le tue credenziali API:', path },
  }),
};
