import { z } from 'zod';
import type { JournalRow } from '#server/ledger/journal/rows.ts';
import type { Column, JournalTable } from '#server/ledger/journal/tables.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { isStorableText } from '#server/platform/stored-text.ts';

const smallintMax = 32_767;
const integerMax = 2_147_483_647;
const wholeNumber = /^(0|-?[1-9][0-9]{0,18})$/;
const timeForm = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})[0-9]{3}Z$/;
const dateForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

const text = z.string().refine(isStorableText, 'not a text of the database');

/** What a value of each type looks like in a file: exactly one form, the one that an export writes. */
const values = {
  bigint: z.string().regex(wholeNumber, 'not a whole number in decimal text'),
  smallint: z.int().min(-smallintMax).max(smallintMax),
  integer: z.int().min(-integerMax).max(integerMax),
  boolean: z.boolean(),
  uuid: z.string().refine(isWrittenUuid, 'not a UUID in small letters'),
  text,
  jsonb: text,
  time: z.string().refine(isTime, 'not a time with microseconds in UTC'),
  date: z.string().refine(isDate, 'not a day'),
} satisfies Record<Column['type'], z.ZodType>;

/** What one line of a section holds, beside its check. */
export function rowSchema({ name, columns }: JournalTable): z.ZodType<JournalRow> {
  const shape = [...columns].map(([column, { type, isNullable }]) => {
    const value: z.ZodType<string | number | boolean> = values[type];
    return [column, isNullable ? value.nullable() : value] as const;
  });
  return z.strictObject({ type: z.literal(name), ...Object.fromEntries(shape) });
}

/** Orders two rows by the key of their table as PostgreSQL does: negative, zero or positive. */
export function compareRows({ key, columns }: JournalTable, left: JournalRow, right: JournalRow): number {
  for (const column of key) {
    const order = compareValues(columns.get(column)?.type ?? 'text', left[column] ?? '', right[column] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(
  type: Column['type'],
  left: string | number | boolean,
  right: string | number | boolean,
): number {
  if (left === right) return 0;
  if (type === 'bigint') return BigInt(left) < BigInt(right) ? -1 : 1;
  if (typeof left === 'number') return left < (typeof right === 'number' ? right : 0) ? -1 : 1;
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}

function isTime(value: string): boolean {
  const toMilliseconds = timeForm.exec(value)?.[1];
  return toMilliseconds !== undefined && isSameMoment(`${toMilliseconds}Z`, `${toMilliseconds}Z`);
}

function isDate(value: string): boolean {
  return dateForm.test(value) && isSameMoment(value, `${value}T00:00:00.000Z`);
}

/** False for a 30th of February and a 25th hour, which other programs take for the next day. */
function isSameMoment(value: string, written: string): boolean {
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === written;
}
