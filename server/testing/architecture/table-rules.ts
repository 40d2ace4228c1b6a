import ts from 'typescript';
import { isTest, isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { lineOf, parse, walk } from './syntax.ts';

/** What belongs to whom: by the name that code uses for a model, and by the name that SQL uses for a table. */
interface Ownership {
  models: ReadonlyMap<string, string>;
  tables: ReadonlyMap<string, string>;
}

const operations = new Set([
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'],
  ...[
    'create',
    'createMany',
    'createManyAndReturn',
    'update',
    'updateMany',
    'updateManyAndReturn',
    'upsert',
    'delete',
    'deleteMany',
  ],
]);
const tableInSql =
  /\b(?:from|join|into|update|truncate|only|table|using)\s+(?:only\s+)?"?(?:(public|ledger)"?\."?)?([a-z_][a-z0-9_]*)"?/gi;
const ledgerInSql = /\bledger\.[a-z_]+/i;
const looksLikeSql = /\b(select|insert\s+into|update|delete\s+from|truncate|lock\s+table)\b/i;

/** Every use of a table by a domain that does not own it. A table belongs to the domain of its .prisma file. */
export function tableViolations(files: readonly SourceFile[]): Violation[] {
  const ownership = readOwnership(files);
  return files
    .filter(
      ({ path }) =>
        path.startsWith('server/') && isTypeScript(path) && !isTest(path) && !path.startsWith('server/testing/'),
    )
    .flatMap((file) => [...modelUses(file, ownership.models), ...sqlUses(file, ownership.tables)]);
}

/** Reads `model` blocks of prisma/schema/<domain>.prisma, and of <domain>-<room>.prisma where it has rooms. */
export function readOwnership(files: readonly SourceFile[]): Ownership {
  const models = new Map<string, string>();
  const tables = new Map<string, string>();
  for (const { path, text } of files) {
    const domain = /^prisma\/schema\/([a-z]+)(?:-[a-z-]+)?\.prisma$/.exec(path)?.[1];
    if (domain === undefined) continue;
    for (const [, model = '', body = ''] of text.matchAll(/^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm)) {
      models.set(model.charAt(0).toLowerCase() + model.slice(1), domain);
      tables.set(/@@map\("([^"]+)"\)/.exec(body)?.[1] ?? model, domain);
    }
  }
  return { models, tables };
}

function modelUses(file: SourceFile, owners: Ownership['models']): Violation[] {
  const tree = parse(file);
  const found: Violation[] = [];
  walk(tree, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !operations.has(node.name.text)) return;
    if (!ts.isPropertyAccessExpression(node.expression)) return;
    const model = node.expression.name.text;
    const owner = owners.get(model);
    if (owner === undefined || owner === domainOf(file.path)) return;
    found.push({ path: file.path, line: lineOf(tree, node), message: foreignTable(model, owner) });
  });
  return found;
}

function sqlUses(file: SourceFile, owners: Ownership['tables']): Violation[] {
  const tree = parse(file);
  const found: Violation[] = [];
  walk(tree, (node) => {
    const sql = sqlAt(node);
    if (sql === null) return;
    const line = lineOf(tree, node);
    for (const table of foreignTables(sql, owners, domainOf(file.path))) {
      found.push({ path: file.path, line, message: foreignTable(table, owners.get(table) ?? 'ledger') });
    }
  });
  return found;
}

function foreignTables(sql: string, owners: Ownership['tables'], domain: string): string[] {
  const named = [...sql.matchAll(tableInSql)].map(([, , table = '']) => table.toLowerCase());
  const foreign = named.filter((table) => owners.has(table) && owners.get(table) !== domain);
  const reached = domain === 'ledger' ? undefined : ledgerInSql.exec(sql)?.[0];
  return foreign.length > 0 || reached === undefined ? [...new Set(foreign)] : [reached];
}

/** The text of a string or template that holds SQL, its interpolations left out. */
function sqlAt(node: ts.Node): string | null {
  const text = literalText(node);
  return text !== null && looksLikeSql.test(text) ? text : null;
}

function literalText(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ? ');
}

function foreignTable(name: string, owner: string): string {
  return `${name} belongs to server/${owner}: call a query or service there`;
}

function domainOf(path: string): string {
  return path.split('/')[1] ?? '';
}
