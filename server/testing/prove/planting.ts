import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';

/** A change of one function of the ledger's SQL. */
export interface Substitution {
  /** As in `ledger.post`. */
  functionName: string;
  /** Text of its body, replaced wherever it is; white space may differ. It must be there. */
  search: string;
  replacement: string;
}

/** A change of one source file, which the tests load in its stead. */
export interface SourceSubstitution {
  /** From the root of the product. */
  file: string;
  /** It must be there. */
  search: string;
  replacement: string;
}

/** Something wrong with the ledger that its tests must notice. */
export interface Defect {
  name: string;
  substitutions?: readonly Substitution[];
  source?: SourceSubstitution;
  /** Run by the owner of the tables, after the substitutions. */
  sql?: readonly string[];
  /** Test files of server/ledger, or with their folder of server, of which each must turn red. */
  red: readonly string[];
}

/** Without what the table itself refuses, only the functions are left to ask. */
export const withoutFloor = ['ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor'] as const;

type PlantedBy = (
  name: string,
  change: readonly [search: string, replacement: string],
  red: readonly string[],
) => Defect;

/** A defect that is one change of the function that decides batches of any items. */
export const inPost = changeOf('ledger.post');
/** The same for the one that decides a single transfer. */
export const inPostSingle = changeOf('ledger.post_single');
/** And for the one that decides batches of plain moves. */
export const inPostPlain = changeOf('ledger.post_plain');

function changeOf(functionName: string): PlantedBy {
  return (name, [search, replacement], red) => ({ name, substitutions: [{ functionName, search, replacement }], red });
}

/**
 * Puts a defect into a migrated database, in the transaction of the client if it has one. Throws when the ledger no
 * longer has the text that the defect changes: a defect that is not there proves nothing.
 */
export async function plant(client: Client, defect: Defect): Promise<void> {
  for (const substitution of defect.substitutions ?? []) await substitute(client, substitution);
  await client.query('SET ROLE cascade_owner');
  for (const statement of defect.sql ?? []) await client.query(statement);
  await client.query('RESET ROLE');
}

/** A source file with the defect in it. Throws when the text is gone. */
export function alteredSource({ file, search, replacement }: SourceSubstitution): { path: string; text: string } {
  const path = fileURLToPath(new URL(`../../../${file}`, import.meta.url));
  const parts = readFileSync(path, 'utf8').split(search);
  if (parts.length === 1) throw new Error(`${file} has no longer: ${search}`);
  return { path, text: parts.join(replacement) };
}

async function substitute(client: Client, substitution: Substitution): Promise<void> {
  const { functionName, search, replacement } = substitution;
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_functiondef(p.oid) AS definition FROM pg_proc p
     WHERE p.pronamespace::regnamespace::text || '.' || p.proname = $1`,
    [functionName],
  );
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`there is no single function ${functionName}`);
  const parts = row.definition.split(loosely(search));
  if (parts.length === 1) throw new Error(`${functionName} has no longer: ${search}`);
  await client.query(parts.join(replacement));
}

/** The text with any white space where it has some. */
function loosely(text: string): RegExp {
  const words = text.trim().split(/\s+/);
  return new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'), 'g');
}
