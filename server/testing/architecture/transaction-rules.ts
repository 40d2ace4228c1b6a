import ts from 'typescript';
import { isTest, isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { lineOf, parse, walk } from './syntax.ts';

/** The edges: where a use case begins, so that it is kept as a whole or not at all. */
const edges = [
  /^server\/(platform|api|testing|sandbox)\//,
  /^server\/(main|worker)\.ts$/,
  /^server\/[a-z]+\/(.+-)?(router|flows|jobs|command|combiner)\.ts$/,
  /^app\/api\//,
  /^prisma\//,
];
const openers = new Set(['inTransaction', 'inSnapshot', '$transaction']);

/** Every place that opens a transaction or holds the live client and is not an edge. */
export function transactionViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => isTypeScript(path) && !isTest(path) && !edges.some((edge) => edge.test(path)))
    .flatMap(violationsIn);
}

function violationsIn(file: SourceFile): Violation[] {
  const tree = parse(file);
  const found: Violation[] = [];
  walk(tree, (node) => {
    const what = forbiddenUse(node);
    if (what === null) return;
    const message = `${what}: only edges (router, flows, jobs, command, app/api, api, platform) do; a service receives tx, a query db`;
    found.push({ path: file.path, line: lineOf(tree, node), message });
  });
  return found;
}

function forbiddenUse(node: ts.Node): string | null {
  if (ts.isCallExpression(node)) return forbiddenCall(node);
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'client') return null;
  return /database\b[\])}]*$/i.test(node.expression.getText().replace(/\(\)$/, '')) ? 'holds the live client' : null;
}

function forbiddenCall({ expression }: ts.CallExpression): string | null {
  if (ts.isIdentifier(expression)) {
    if (openers.has(expression.text)) return 'opens a transaction';
    return expression.text === 'database' || expression.text === 'createDatabase'
      ? 'reaches for the database of the process'
      : null;
  }
  return ts.isPropertyAccessExpression(expression) && openers.has(expression.name.text) ? 'opens a transaction' : null;
}
