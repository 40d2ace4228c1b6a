import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

/** One import, re-export, `import()` or import type of a file. */
export interface Import {
  specifier: string;
  /** Path inside the repository, or null for a package. */
  target: string | null;
  isTypeOnly: boolean;
  line: number;
}

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

/** The syntax tree of a TypeScript or JavaScript file. */
export function parse(file: SourceFile): ts.SourceFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const kind = file.path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true, kind);
  parsed.set(file, tree);
  return tree;
}

/** Calls `visit` for every node of a tree. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

export function importsOf(file: SourceFile): Import[] {
  const tree = parse(file);
  const imports: Import[] = [];
  walk(tree, (node) => {
    const found = importAt(node);
    if (found === null) return;
    const target = resolve(file.path, found.specifier);
    imports.push({ ...found, target, line: lineOf(tree, node) });
  });
  return imports;
}

function importAt(node: ts.Node): Pick<Import, 'specifier' | 'isTypeOnly'> | null {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return named(node.argument.literal, true);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return named(node.arguments[0], false);
  return null;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function named(node: ts.Node | undefined, isTypeOnly: boolean): Pick<Import, 'specifier' | 'isTypeOnly'> | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? { specifier: node.text, isTypeOnly } : null;
}

/** `#server/…` and relative specifiers lead into the repository (see "imports" of package.json). */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (!specifier.startsWith('.')) return null;
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
