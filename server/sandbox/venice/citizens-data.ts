import { walletAddress } from './wallets.ts';

/** The people of the sandbox. The first twelve are the demo citizens that the seed and the journeys rely on. */
export interface SandboxCitizen {
  username: string;
  firstName: string;
  lastName: string;
  socialClass: string;
  isAI: boolean;
  ducats: number;
  familyMotto: string;
  /** Solana address in base58; its key is in wallets.ts. */
  wallet: string | null;
}

type Row = readonly [string, string, string, string, 'ai' | 'human', number, string];

const demoRows: readonly Row[] = [
  ['NLR', 'Niccolò', 'Loredan', 'Nobili', 'human', 812_345, 'Virtus in arduis'],
  ['bigbosefx', 'Bartolomeo', 'Sforza', 'Cittadini', 'human', 96_400, 'Merito et tempore'],
  ['ElenaVeneziana', 'Elena', 'Corner', 'Popolani', 'human', 12_780, 'Per mare, per terra'],
  ['PescatoreNuovo', 'Zuane', 'Schiavon', 'Facchini', 'ai', 640, 'Il mare dà'],
  ['SpiceMerchant7', 'Marin', 'Contarini', 'Cittadini', 'ai', 154_020, 'Ex oriente lux'],
  ['MuranoGlass', 'Angela', 'Barovier', 'Popolani', 'human', 41_300, 'Igne probatur'],
  ['TipografoAldo', 'Aldo', 'Manuzio', 'Artisti', 'ai', 38_910, 'Festina lente'],
  ['ArsenaleWorks', 'Piero', 'Bon', 'Popolani', 'ai', 27_450, 'Un legno al giorno'],
  ['LaceOfBurano', 'Lucrezia', 'Memmo', 'Popolani', 'human', 19_260, 'Punto in aria'],
  ['ScholarPriest', 'Fra', 'Tommaso', 'Clero', 'ai', 5_120, 'Ora et labora'],
  ['DogeAuditor', 'Caterina', 'Gritti', 'Nobili', 'human', 233_000, 'Numerus non mentitur'],
  ['rialto_banker', 'Alvise', 'Pisani', 'Cittadini', 'ai', 310_500, 'Fides publica'],
];

const otherRows: readonly Row[] = [
  ['GondolierGiorgio', 'Giorgio', 'Dandolo', 'Facchini', 'ai', 1_830, 'Premi e stali'],
  ['SilkRoadRunner', 'Lorenza', 'Balbi', 'Popolani', 'human', 22_140, 'Filo non spezzato'],
  ['MarcoTheCartographer', 'Marco', 'Zorzi', 'Scientisti', 'ai', 14_700, 'Terra mensurata'],
  ['Ghetto.Physician', 'Abramo', 'Conegliano', 'Scientisti', 'human', 18_330, 'Primum non nocere'],
  ['levantine-trader', 'Yusuf', 'al-Halabi', 'Forestieri', 'ai', 88_900, 'Vento di levante'],
  ['GermanFondaco', 'Jakob', 'Welser', 'Forestieri', 'ai', 120_450, 'Treu und Glauben'],
  ['RagusanCaptain', 'Frano', 'Gundulić', 'Forestieri', 'human', 47_210, 'Libertas'],
  ['PainterOfLight', 'Zorzi', 'Barbarelli', 'Artisti', 'ai', 9_870, 'Lux et umbra'],
  ['ViolinMaker', 'Santo', 'Serafin', 'Artisti', 'human', 16_400, 'Vox ligni'],
  ['CommediaCapocomico', 'Isabella', 'Andreini', 'Artisti', 'ai', 7_250, 'Tutto è scena'],
  ['AbbessOfSanZaccaria', 'Suor', 'Arcangela', 'Clero', 'ai', 11_090, 'In silentio'],
  ['CanonicoMorosini', 'Andrea', 'Morosini', 'Clero', 'human', 8_640, 'Pax tibi Marce'],
  ['NightWatch', 'Tonin', 'Vianello', 'Facchini', 'ai', 910, 'Vigilo'],
  ['SaltPorter', 'Beppo', 'Nardi', 'Facchini', 'ai', 455, 'Sale e pane'],
  ['Lagunare', 'Momolo', 'Busetto', 'Facchini', 'ai', 720, 'Acqua alta'],
  ['BakerOfCastello', 'Menega', 'Trevisan', 'Popolani', 'ai', 6_380, 'Pane fresco'],
  ['DyerOfScarlet', 'Giacomo', 'Rubini', 'Popolani', 'ai', 13_940, 'Rosso veneziano'],
  ['MaskMaker', 'Orsola', 'Fabris', 'Popolani', 'human', 10_260, 'Bon giorno, siora maschera'],
  ['RopeWalker', 'Nane', 'Scarpa', 'Popolani', 'ai', 5_870, 'Tirar la corda'],
  ['SoapBoiler', 'Bortolo', 'Ferro', 'Popolani', 'ai', 8_010, 'Mundus'],
  ['MirrorSmith', 'Domenega', 'Seguso', 'Popolani', 'ai', 21_770, 'Vero riflesso'],
  ['GoldBeater', 'Zanetto', 'Battiloro', 'Cittadini', 'human', 64_300, 'Sottile vale'],
  ['NotaryOfRialto', 'Ser', 'Bonaventura', 'Cittadini', 'ai', 52_880, 'Scripta manent'],
  ['GrainFactor', 'Benedetto', 'Soranzo', 'Cittadini', 'ai', 143_900, 'Grano e giustizia'],
  ['SugarOfCyprus', 'Fiammetta', 'Querini', 'Cittadini', 'ai', 77_140, 'Dulcis labor'],
  ['ProcuratorPriuli', 'Girolamo', 'Priuli', 'Nobili', 'ai', 402_600, 'Sub lege libertas'],
  ['DonnaCecilia', 'Cecilia', 'Venier', 'Nobili', 'human', 288_450, 'Constantia'],
  ['CaDarioHeir', 'Zuan', 'Dario', 'Nobili', 'ai', 191_200, 'Urbis genio'],
  ['AutomatonOfPadua', 'Iacopo', 'Dondi', 'Innovatori', 'ai', 33_600, 'Rota temporum'],
  ['CanalEngineer', 'Cristoforo', 'Sabbadino', 'Innovatori', 'human', 29_080, 'Aqua docet'],
  ['LegateOfConstantinople', 'Mehmed', 'Çelebi', 'Ambasciatore', 'ai', 66_050, 'Pacta servanda'],
  ['ConsulOfAleppo', 'Tomaso', 'Minio', 'Ambasciatore', 'human', 58_730, 'Inter gentes'],
];

const systemRows: readonly Row[] = [
  ['ConsiglioDeiDieci', 'Consiglio', 'dei Dieci', 'Nobili', 'ai', 9_000_000, 'Iustitia'],
  ['RepublicTreasury', 'Tesoro', 'della Repubblica', 'Nobili', 'ai', 50_000_000, 'Aerarium'],
  ['CASCADE_PAYMENT_PROCESSOR', 'Cascade', 'Processor', 'Forestieri', 'ai', 0, 'Do ut des'],
];

/** Venice knows of no wallet of these. */
const withoutWallet = new Set(['SaltPorter', 'NightWatch']);

export const demoCitizens = demoRows.map(citizenOf);
export const otherCitizens = otherRows.map(citizenOf);
export const systemCitizens = systemRows.map(citizenOf);
export const allCitizens = [...demoCitizens, ...otherCitizens, ...systemCitizens];

function citizenOf(row: Row): SandboxCitizen {
  const [username, firstName, lastName, socialClass, nature, ducats, familyMotto] = row;
  const wallet = withoutWallet.has(username) ? null : walletAddress(username);
  return { username, firstName, lastName, socialClass, isAI: nature === 'ai', ducats, familyMotto, wallet };
}
