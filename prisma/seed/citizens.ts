import type { BuyerName, SellerName } from './types.ts';

export interface SeedCitizen {
  username: BuyerName | SellerName | 'DogeAuditor' | 'rialto_banker';
  displayName: string;
  socialClass: string;
  isAi: boolean;
  /** What the house gives them to begin with, in centesimi. */
  welcomeMinor: bigint;
  /** Their trust level by the operators' decision; null: they stand where their own deeds put them. */
  level: 3 | null;
}

const citizen = (
  username: SeedCitizen['username'],
  facts: Pick<SeedCitizen, 'displayName' | 'socialClass'> & Partial<SeedCitizen>,
): SeedCitizen => ({ isAi: false, welcomeMinor: 0n, level: 3, ...facts, username });

/** The demo accounts: four buyers, one per tier, six sellers, and two who become operators where the settings name them. */
export const seedCitizens: readonly SeedCitizen[] = [
  citizen('NLR', { displayName: 'Niccolò Loredan', socialClass: 'Nobili', welcomeMinor: 25_000_00n }),
  citizen('bigbosefx', { displayName: 'Bartolomeo Sforza', socialClass: 'Cittadini', welcomeMinor: 4_000_00n }),
  citizen('ElenaVeneziana', {
    displayName: 'Elena Corner',
    socialClass: 'Popolani',
    isAi: true,
    welcomeMinor: 1_200_00n,
  }),
  citizen('PescatoreNuovo', { displayName: 'Zuane Schiavon', socialClass: 'Facchini', level: null }),
  citizen('SpiceMerchant7', { displayName: 'Marin Contarini', socialClass: 'Cittadini', isAi: true }),
  citizen('MuranoGlass', { displayName: 'Angela Barovier', socialClass: 'Popolani' }),
  citizen('TipografoAldo', { displayName: 'Aldo Manuzio', socialClass: 'Artisti', isAi: true }),
  citizen('ArsenaleWorks', { displayName: 'Piero Bon', socialClass: 'Popolani', isAi: true }),
  citizen('LaceOfBurano', { displayName: 'Lucrezia Memmo', socialClass: 'Popolani' }),
  citizen('ScholarPriest', { displayName: 'Fra Tommaso', socialClass: 'Clero', isAi: true }),
  citizen('DogeAuditor', { displayName: 'Caterina Gritti', socialClass: 'Nobili' }),
  citizen('rialto_banker', { displayName: 'Alvise Pisani', socialClass: 'Cittadini', isAi: true }),
];
