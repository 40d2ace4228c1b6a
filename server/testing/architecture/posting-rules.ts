import ts from 'typescript';
import { isTest, isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { importsOf, lineOf, parse, walk } from './syntax.ts';

/** What books, by the file that exports it. */
const posters: Readonly<Record<string, readonly string[]>> = {
  'server/ledger/transfers.ts': ['post', 'postLinked'],
  'server/ledger/combiner.ts': ['createCombiner'],
  'server/ledger/postgres-ledger.ts': ['postgresLedger'],
};
const templates = 'server/ledger/templates.ts';
/** The ledger itself, and what tests it. Tests of other domains post as they like too. */
const free = /^server\/(ledger|testing)\//;

/**
 * Everything outside the ledger that books something else than a bound template: a file that imports what books and
 * neither `bindTemplate` nor a file that does, and a transfer that is written out by hand, wherever it goes then.
 */
export function postingViolations(files: readonly SourceFile[]): Violation[] {
  const code = files.filter(({ path }) => isTypeScript(path));
  const binders = new Set(code.filter(bindsTemplates).map(({ path }) => path));
  return code
    .filter(({ path }) => !isTest(path) && !free.test(path))
    .flatMap((file) => [...unboundPosters(file, binders), ...handmadeTransfers(file)]);
}

function bindsTemplates(file: SourceFile): boolean {
  return (
    !free.test(file.path) && namesFrom(file).some(({ target, name }) => target === templates && name === 'bindTemplate')
  );
}

function unboundPosters(file: SourceFile, binders: ReadonlySet<string>): Violation[] {
  const isBound =
    binders.has(file.path) || importsOf(file).some(({ target }) => target !== null && binders.has(target));
  if (isBound) return [];
  const message = 'books without a template: declare the event with defineTemplate and bind it';
  return namesFrom(file)
    .filter(({ target, name }) => (name === '*' ? target in posters : (posters[target]?.includes(name) ?? false)))
    .map(({ line }) => ({ path: file.path, line, message }));
}

/** An object that says whom to debit or credit: a changed copy of a bound leg says neither. */
function handmadeTransfers(file: SourceFile): Violation[] {
  const tree = parse(file);
  const found: Violation[] = [];
  walk(tree, (node) => {
    if (!ts.isObjectLiteralExpression(node)) return;
    const sides = node.properties.filter(({ name }) => name !== undefined && isSide(name));
    if (sides.length === 0) return;
    const message = 'writes a transfer by hand: declare the event with defineTemplate and bind it';
    found.push({ path: file.path, line: lineOf(tree, node), message });
  });
  return found;
}

function isSide(name: ts.PropertyName): boolean {
  return (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) && /^(debit|credit)AccountId$/.test(name.text);
}

interface ImportedName {
  /** Path inside the repository. */
  target: string;
  /** As it is exported there; `*` for all of the file, however it is reached. */
  name: string;
  line: number;
}

/** Every value that a file imports from another file of the repository, by its name there. */
function namesFrom(file: SourceFile): ImportedName[] {
  const tree = parse(file);
  const named = new Map<string, string[]>();
  walk(tree, (node) => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return;
    const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
    if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return;
    const values = [...bindings.elements].filter((element) => !element.isTypeOnly);
    const specifier =
      node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
    named.set(
      keyOf(lineOf(tree, node), specifier),
      values.map((element) => (element.propertyName ?? element.name).text),
    );
  });
  return importsOf(file).flatMap(({ target, specifier, isTypeOnly, line }) => {
    if (target === null || isTypeOnly) return [];
    return (named.get(keyOf(line, specifier)) ?? ['*']).map((name) => ({ target, name, line }));
  });
}

/** Two imports may stand on one line. */
function keyOf(line: number, specifier: string): string {
  return `${String(line)} ${specifier}`;
}
