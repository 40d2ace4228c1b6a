import ts from 'typescript';
import { isTest, isTypeScript, type SourceFile, type Violation } from './source-files.ts';
import { lineOf, parse, walk } from './syntax.ts';

const fileLinesMax = 300;
const testLinesMax = 500;
const functionLinesMax = 70;
const componentLinesMax = 120;
const parametersMax = 3;
/** Text rather than logic: it may be as long as it has to be. */
const exempt = /^(prisma\/(seed\.ts|seed\/|migrations\/)|app\/_messages\/)/;

/** Files and functions that are longer, and parameter lists that are wider, than a reader takes in at once. */
export function sizeViolations(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => (isTypeScript(path) || path.endsWith('.mjs')) && !exempt.test(path))
    .flatMap((file) => [...fileTooLong(file), ...functionsTooBig(file)]);
}

function fileTooLong({ path, text }: SourceFile): Violation[] {
  const lines = text.trimEnd().split('\n').length;
  const linesMax = isTest(path) ? testLinesMax : fileLinesMax;
  return lines > linesMax
    ? [{ path, line: linesMax, message: `${String(lines)} lines, at most ${String(linesMax)}: split it by meaning` }]
    : [];
}

function functionsTooBig(file: SourceFile): Violation[] {
  const tree = parse(file);
  const linesMax = file.path.endsWith('.tsx') ? componentLinesMax : functionLinesMax;
  const found: Violation[] = [];
  walk(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || isDescribeCallback(node)) return;
    const line = lineOf(tree, node);
    const lines = tree.getLineAndCharacterOfPosition(node.end).line + 2 - line;
    if (lines > linesMax)
      found.push({
        path: file.path,
        line,
        message: `a function of ${String(lines)} lines, at most ${String(linesMax)}`,
      });
    const parameters = node.parameters.filter((parameter) => parameter.name.getText(tree) !== 'this').length;
    if (parameters > parametersMax)
      found.push({
        path: file.path,
        line,
        message: `${String(parameters)} parameters, at most ${String(parametersMax)}: use an options object`,
      });
  });
  return found;
}

function isDescribeCallback(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^(test\.)?describe\b/.test(node.parent.expression.getText());
}
