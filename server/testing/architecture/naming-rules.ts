import ts from 'typescript';
import { isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { lineOf, parse, walk } from './syntax.ts';

const kebab = /^[._]?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;
/** Names that tools, or readers, expect as they are. */
const forcedNames = /^(README\.md|LICENSE|CHANGELOG\.md|\d{4}-[a-z0-9-]+\.md|\d{14}_[a-z0-9_]+|migration_lock\.toml)$/;
const nextSegment = /^(\([a-z-]+\)|\[{1,2}(\.{3})?[a-zA-Z-]+\]{1,2}|@[a-z-]+)$/;
const emptyWords = /^(utils?|helpers?|lib|libs|common|misc|shared|index)(\.|$)/;

const nextFile =
  /^app\/(.*\/)?(page|layout|template|error|global-error|not-found|forbidden|unauthorized|default|sitemap|robots|manifest|icon|apple-icon|opengraph-image)\.tsx?$/;
const otherDefaultExports = /(^|\/)[a-z-]+\.config\.(ts|mjs)$|^app\/_i18n\/request\.ts$|^server\/testing\/cluster\.ts$/;

/** Files the product must not have at all, and why. */
const bannedFiles: readonly [RegExp, string][] = [
  [/^(app\/)?(proxy|middleware)\.(ts|mjs|js)$/, 'server/main.ts is the front: no proxy and no middleware beside it'],
  [/^app\/.*\/?loading\.tsx$/, 'a loading file turns a 404 below it into a 200: use <Suspense> below the check'],
];

/** Names, exports and files that this house does not have. */
export function namingViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const message = nameProblem(file.path);
    const named = message === null ? [] : [{ path: file.path, line: 1, message }];
    return isTypeScript(file.path) ? [...named, ...exportViolations(file), ...directiveViolations(file)] : named;
  });
}

function nameProblem(path: string): string | null {
  const banned = bannedFiles.find(([pattern]) => pattern.test(path));
  if (banned !== undefined) return banned[1];
  const segments = path.split('/');
  const odd = segments.find(
    (segment) =>
      !kebab.test(segment) && !forcedNames.test(segment) && !(path.startsWith('app/') && nextSegment.test(segment)),
  );
  if (odd !== undefined) return `"${odd}" is not in kebab-case`;
  const empty = segments.find((segment) => emptyWords.test(segment) && /\.(ts|tsx|mjs)$/.test(path));
  return empty === undefined ? null : `"${empty}" says nothing about what is inside (or is a barrel)`;
}

function exportViolations(file: SourceFile): Violation[] {
  if (nextFile.test(file.path) || otherDefaultExports.test(file.path)) return [];
  const tree = parse(file);
  const found: Violation[] = [];
  for (const statement of tree.statements) {
    if (!isDefaultExport(statement)) continue;
    found.push({ path: file.path, line: lineOf(tree, statement), message: 'a default export: export it by name' });
  }
  return found;
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (
    ts.isExportDeclaration(statement) &&
    statement.exportClause !== undefined &&
    ts.isNamedExports(statement.exportClause)
  ) {
    return statement.exportClause.elements.some((element) => element.name.text === 'default');
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

/** Server Actions would be a second door that no limit and no check stands at. */
function directiveViolations(file: SourceFile): Violation[] {
  const tree = parse(file);
  const found: Violation[] = [];
  walk(tree, (node) => {
    if (
      !ts.isExpressionStatement(node) ||
      !ts.isStringLiteral(node.expression) ||
      node.expression.text !== 'use server'
    )
      return;
    found.push({
      path: file.path,
      line: lineOf(tree, node),
      message: 'there are no Server Actions: write a procedure',
    });
  });
  return found;
}
