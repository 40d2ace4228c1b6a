import { describe, expect, it } from 'vitest';
import { displayNameOf, isSystemCitizen, isUsername, socialClassOf, tierOf } from './rules.ts';

describe('tierOf', () => {
  it.each([
    ['Nobili', 'enterprise'],
    ['Nobile', 'enterprise'],
    ['Cittadini', 'creator'],
    ['cittadino', 'creator'],
    ['Popolani', 'participant'],
    [' POPOLANO ', 'participant'],
    ['Facchini', 'observer'],
    ['Forestieri', 'observer'],
    ['Ambasciatore', 'observer'],
    ['Dogi', 'observer'],
    ['', 'observer'],
    [null, 'observer'],
  ] as const)('gives the class %s the tier %s', (socialClass, tier) => {
    expect(tierOf(socialClass)).toBe(tier);
  });
});

describe('isUsername', () => {
  it.each(['NLR', 'Ghetto.Physician', 'levantine-trader', 'rialto_banker', 'a', 'x'.repeat(64)])(
    'accepts %s',
    (name) => {
      expect(isUsername(name)).toBe(true);
    },
  );

  it.each(['', '.', '..', '...', 'x'.repeat(65), 'NLR ', 'a/b', "x' OR 1", 'NLR\n', 'ΝLR', 'a%2fb', 'Niccolò'])(
    'lets nothing else near an address or a query of Venice: %j',
    (name) => {
      expect(isUsername(name)).toBe(false);
    },
  );
});

describe('system citizens', () => {
  it('knows the machinery of Venice', () => {
    expect(
      ['ConsiglioDeiDieci', 'Italia', 'RepublicTreasury', 'CASCADE_PAYMENT_PROCESSOR'].every(isSystemCitizen),
    ).toBe(true);
    expect(isSystemCitizen('NLR')).toBe(false);
  });
});

describe('displayNameOf', () => {
  it('leaves no invisible or direction-changing character in a name', () => {
    const lastName = 'Lore\u202Edan\u0000\u200B';
    expect(displayNameOf({ firstName: ' Niccolò ', lastName, username: 'NLR' })).toBe('Niccolò Loredan');
  });

  it('falls back to the username and cuts what is too long for the books', () => {
    expect(displayNameOf({ firstName: '\u200B', lastName: ' ', username: 'NLR' })).toBe('NLR');
    expect(displayNameOf({ firstName: 'x'.repeat(500), lastName: '', username: 'NLR' })).toHaveLength(120);
  });
});

describe('socialClassOf', () => {
  it('keeps only what the books can hold', () => {
    expect(socialClassOf(' Nobili\u0000 ')).toBe('Nobili');
    expect(socialClassOf('\u0000')).toBeNull();
    expect(socialClassOf('😀'.repeat(60))).toBe('😀'.repeat(40));
  });
});
