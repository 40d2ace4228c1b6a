import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { lintRules } from './lint-rules.ts';

function complaints(rule: string, code: string): string[] {
  const messages = new Linter().verify(
    code,
    {
      files: ['**/*.tsx'],
      languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      plugins: { cascade: lintRules },
      rules: { [`cascade/${rule}`]: 'error' },
    },
    'page.tsx',
  );
  return messages.map((message) => message.message);
}

describe('no-literal-text', () => {
  test.each([
    ['text between tags', '<p>Buy ducats</p>'],
    ['a string in braces', "<p>{'Buy ducats'}</p>"],
    ['a branch of a condition', "<p>{isOpen ? 'Open' : null}</p>"],
    ['a template with words', '<p>{`${count} ducats`}</p>'],
    ['a label for screen readers', '<button aria-label="Close" />'],
    ['a placeholder in braces', "<input placeholder={'Search'} />"],
  ])('refuses %s', (_what, code) => {
    expect(complaints('no-literal-text', `export const page = ${code};`)).toHaveLength(1);
  });

  test.each([
    ['text from a catalogue', "<p>{t('title')}</p>"],
    ['marks without letters', '<p> · {amount} → </p>'],
    ['attributes nobody reads', '<input type="text" name="search" className="input" />'],
    ['a condition over class names', "<p className={isOpen ? 'open' : 'closed'} />"],
  ])('lets pass %s', (_what, code) => {
    expect(complaints('no-literal-text', `export const page = ${code};`)).toEqual([]);
  });
});

describe('tokens-only', () => {
  test.each([
    ['a hexadecimal colour', '<path fill="#0F5C63" />'],
    ['a short hexadecimal colour', "<p style={{ color: '#fff' }} />"],
    ['an arbitrary value', '<p className="bg-[#0F5C63]" />'],
    ['a palette class', '<p className="p-4 text-red-500" />'],
    ['a palette class with a variant', '<p className="hover:border-t-stone-200/50" />'],
    ['white', '<p className="bg-white" />'],
    ['a colour function', '<p className={`shadow-[0_1px_rgba(0,0,0,.5)] ${more}`} />'],
  ])('refuses %s', (_what, code) => {
    expect(complaints('tokens-only', `export const page = ${code};`)).toHaveLength(1);
  });

  test.each([
    ['tokens', '<p className="bg-surface text-muted border-control" />'],
    ['an anchor that looks like a colour', '<a href="#add">{label}</a>'],
    ['a reference inside an image', '<path fill="url(#fade)" />'],
    ['a number sign in an address', "const address = '/orders#cafe-bed';"],
  ])('lets pass %s', (_what, code) => {
    const statement = code.startsWith('<') ? `export const page = ${code};` : code;
    expect(complaints('tokens-only', statement)).toEqual([]);
  });
});
