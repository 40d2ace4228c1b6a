import { types } from 'pg';
import { Prisma } from './db.ts';

/** How values of a statement's answer are read, as Prisma reads them. */
type Reader = (text: string) => unknown;

const asText: Reader = (text) => text;
const ofDriver: (type: number) => Reader = types.getTypeParser;

/** By the number of the type in PostgreSQL's catalogue, which never changes. */
const readers = new Map<number, Reader>([
  [16, (text) => text === 't'], // boolean
  [17, (text) => new Uint8Array(ofDriver(17)(text) as Buffer)], // bytea
  [19, asText], // name
  [20, BigInt], // bigint
  [21, Number], // smallint
  [23, Number], // integer
  [25, asText], // text
  [114, JSON.parse], // json
  [700, Number], // real
  [701, Number], // double precision
  [1042, asText], // character
  [1043, asText], // character varying
  [1082, (text) => new Date(text)], // date
  [1184, timeOf], // timestamptz
  [1700, (text) => new Prisma.Decimal(text)], // numeric
  [2950, asText], // uuid
  [3802, JSON.parse], // jsonb
  [1000, ofDriver(1000)], // boolean[]
  [1005, ofDriver(1005)], // smallint[]
  [1007, ofDriver(1007)], // integer[]
  [1009, ofDriver(1009)], // text[]
  [1015, ofDriver(1015)], // character varying[]
  [1016, (text) => (ofDriver(1016)(text) as (string | null)[]).map(wholeOrNull)], // bigint[]
  [2951, ofDriver(2951)], // uuid[]
]);

/** For the driver: what it has no reader for ends the statement, instead of meaning something else than elsewhere. */
export const directTypes = {
  getTypeParser: (type: number): Reader =>
    readers.get(type) ??
    (() => {
      throw new Error(`an answer of PostgreSQL has a value of type ${String(type)}, which nobody reads here`);
    }),
};

/** Connections speak UTC, so that the offset says nothing. */
function timeOf(text: string): Date {
  return new Date(`${text.replace(' ', 'T').replace(/[+-]\d{2}(:\d{2})?$/, '')}Z`);
}

function wholeOrNull(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
