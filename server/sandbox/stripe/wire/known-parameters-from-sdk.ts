import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/**
 * Reads out of the SDK's own types which parameters Stripe knows for each of the given routes
 * (`POST /v1/refunds`), one line per route: names, nested ones in brackets, free maps with a star.
 * Only a test and a developer after an upgrade of the SDK run this; the sandbox reads the result.
 */
export function knownParametersOfSdk(root: string, routes: readonly string[]): string {
  const folder = join(root, 'node_modules/stripe/esm/resources');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
  const wanted = new Set(routes);
  const calls = files
    .filter((name) => !name.startsWith('V2'))
    .flatMap((name) => callsOf(join(folder, name)))
    .filter((call) => wanted.has(call.route));
  const program = ts.createProgram([...new Set(calls.map((call) => call.file))], {
    skipLibCheck: true,
    strict: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
  });
  const lines = new Map<string, string>();
  for (const call of calls) {
    const line = `${call.route} ${namesOf(program, call).join(' ')}`.trim();
    if ((lines.get(call.route) ?? '').length < line.length) lines.set(call.route, line);
  }
  return `${[...lines.values()].sort().join('\n')}\n`;
}

interface SdkCall {
  route: string;
  file: string;
  className: string;
  method: string;
}

function callsOf(declaration: string): SdkCall[] {
  const source = readFileSync(declaration.replace(/\.d\.ts$/, '.js'), 'utf8');
  const calls: SdkCall[] = [];
  let className = '';
  let method = '';
  for (const line of source.split('\n')) {
    className = /^export class (\w+)/.exec(line)?.[1] ?? className;
    method = /^ {4}(\w+)\([^)]*\) \{/.exec(line)?.[1] ?? method;
    const request = /_makeRequest\('(\w+)', [`']([^`']+)[`']/.exec(
      line.replaceAll(/\$\{encodeURIComponent\(\w+\)\}/g, ':id'),
    );
    const [, verb, path] = request ?? [];
    if (verb !== undefined && path !== undefined)
      calls.push({ route: `${verb} ${path}`, file: declaration, className, method });
  }
  return calls;
}

function namesOf(program: ts.Program, call: SdkCall): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(call.file);
  const names: string[] = [];
  source?.forEachChild((node) => {
    if (!ts.isClassDeclaration(node) || node.name?.text !== call.className) return;
    for (const member of node.members) {
      if (!ts.isMethodDeclaration(member) || member.name.getText(source) !== call.method) continue;
      const params = member.parameters.find((parameter) => parameter.name.getText(source) === 'params');
      if (params !== undefined) names.push(...treeOf(checker, checker.getTypeAtLocation(params), 0));
    }
  });
  return [...new Set(names)];
}

const depthMax = 7;

function treeOf(checker: ts.TypeChecker, type: ts.Type, depth: number): string[] {
  if (depth > depthMax) return [];
  if (type.isUnion()) return [...new Set(type.types.flatMap((part) => treeOf(checker, part, depth)))];
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    return element === undefined ? [] : treeOf(checker, element, depth);
  }
  const isPlain = (type.flags & ts.TypeFlags.Object) !== 0 && type.getCallSignatures().length === 0;
  if (!isPlain || ['Date', 'Decimal'].includes(type.symbol.name)) return [];
  if (checker.getIndexInfosOfType(type).length > 0) return ['*'];
  return checker.getPropertiesOfType(type).map((property) => {
    const nested = treeOf(checker, checker.getTypeOfSymbol(property), depth + 1);
    if (nested.length === 0) return property.name;
    return nested[0] === '*' ? `${property.name}*` : `${property.name}(${nested.join(' ')})`;
  });
}
