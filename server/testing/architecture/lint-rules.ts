import type { AST, ESLint, Rule } from 'eslint';

/** The rules of this house that no published plugin has: they look at what citizens see. */
export const lintRules: ESLint.Plugin = {
  rules: { 'no-literal-text': noLiteralText(), 'tokens-only': tokensOnly() },
};

/** The few shapes of the syntax tree that the rules look at. */
interface SyntaxNode {
  type: string;
  loc: AST.SourceLocation;
  parent?: SyntaxNode;
  /** Of literals and JSX text; of a template element an object. */
  value?: unknown;
  name?: unknown;
  quasis?: SyntaxNode[];
  expression?: SyntaxNode;
  consequent?: SyntaxNode;
  alternate?: SyntaxNode;
  left?: SyntaxNode;
  right?: SyntaxNode;
}

const letters = /\p{L}/u;
const spokenAttributes = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'label',
  'placeholder',
  'title',
]);

/** Words on a page come from the catalogues in app/_messages, so that every language has them. */
function noLiteralText(): Rule.RuleModule {
  const message = 'Words that citizens read come from app/_messages, not from the code.';
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      JSXText: onNode((node) => {
        if (letters.test(String(node.value))) context.report({ loc: node.loc, message });
      }),
      JSXExpressionContainer: onNode((node) => {
        const isSpoken = node.parent?.type !== 'JSXAttribute' || isSpokenAttribute(node.parent);
        if (isSpoken && node.expression !== undefined && yieldsWords(node.expression))
          context.report({ loc: node.loc, message });
      }),
      JSXAttribute: onNode((node) => {
        const { value } = node;
        if (isSpokenAttribute(node) && isNode(value) && yieldsWords(value)) context.report({ loc: node.loc, message });
      }),
    }),
  };
}

function isSpokenAttribute(attribute: SyntaxNode): boolean {
  return isNode(attribute.name) && typeof attribute.name.name === 'string' && spokenAttributes.has(attribute.name.name);
}

/** Whether an expression can evaluate to words written in the code. */
function yieldsWords(node: SyntaxNode): boolean {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && letters.test(node.value);
    case 'TemplateLiteral':
      return (node.quasis ?? []).some((quasi) => letters.test(templateText(quasi)));
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].some((branch) => branch !== undefined && yieldsWords(branch));
    case 'LogicalExpression':
      return [node.left, node.right].some((branch) => branch !== undefined && yieldsWords(branch));
    default:
      return false;
  }
}

const palette = [
  'slate|gray|zinc|neutral|stone|mauve|olive|mist|taupe|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue',
  'indigo|violet|purple|fuchsia|pink|rose',
].join('|');
const uses =
  'bg|text|border(?:-[xytrblse])?|ring|fill|stroke|from|via|to|outline|decoration|shadow|accent|caret|divide|placeholder';
const colourPatterns = [
  /(?<!url\()(?<![\w&/?=-])#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-])/i,
  /(?<![a-z-])(?:rgba?|hsla?|oklch|oklab|lab|lch)\(/i,
  new RegExp(String.raw`(?<![\w-])(?:${uses})-(?:(?:${palette})-\d{2,3}|black|white)(?![\w-])`),
];
const addressAttributes = new Set(['href', 'id', 'htmlFor', 'action']);

/** Colours are named once, as tokens in app/globals.css, where their contrast was checked. */
function tokensOnly(): Rule.RuleModule {
  const check = (context: Rule.RuleContext, node: SyntaxNode, text: string) => {
    const found = colourPatterns.map((pattern) => pattern.exec(text)?.[0]).find((match) => match !== undefined);
    if (found === undefined || isAddress(node)) return;
    context.report({ loc: node.loc, message: `"${found}" is a colour of its own: use a token of app/globals.css.` });
  };
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      Literal: onNode((node) => {
        if (typeof node.value === 'string') check(context, node, node.value);
      }),
      TemplateElement: onNode((node) => {
        check(context, node, templateText(node));
      }),
    }),
  };
}

function isAddress(node: SyntaxNode): boolean {
  const attribute = node.parent;
  if (attribute?.type !== 'JSXAttribute' || !isNode(attribute.name)) return false;
  return typeof attribute.name.name === 'string' && addressAttributes.has(attribute.name.name);
}

function templateText(element: SyntaxNode): string {
  const { value } = element;
  return typeof value === 'object' && value !== null && 'raw' in value ? String(value.raw) : '';
}

function onNode(check: (node: SyntaxNode) => void): (node: unknown) => void {
  return (node) => {
    if (isNode(node)) check(node);
  };
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value;
}
