import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { lintRules } from './server/testing/architecture/lint-rules.ts';

/** Every rule is an error: a warning that one may leave is a rule that does not hold. */
const moneyDomains = ['money', 'ledger', 'payments', 'market', 'provenance'].map(
  (domain) => `server/${domain}/**/*.ts`,
);
const tests = ['**/*.test.ts', '**/*.test.tsx', 'e2e/**/*.ts'];
const types = ['**/*.ts', '**/*.tsx'];

const typedRules = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/max-params': ['error', { max: 3 }],
  '@typescript-eslint/no-confusing-void-expression': 'off',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  'no-console': 'error',
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
  eqeqeq: 'error',
};

const moneyRule = (what) =>
  `Amounts are bigint minor units: ${what} has no place in a money domain (server/money has the arithmetic).`;

export default defineConfig(
  globalIgnores([
    '.next/',
    '.next-test/',
    '.cascade/',
    'prisma/generated/',
    'next-env.d.ts',
    'test-results/',
    'playwright-report/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.mjs'],
    rules: { 'no-undef': 'off', 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }], eqeqeq: 'error' },
  },
  {
    files: types,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { cascade: lintRules },
    rules: typedRules,
  },
  {
    files: types,
    ignores: [
      'server/platform/env.ts',
      'server/testing/*.ts',
      'e2e/playwright.config.ts',
      'e2e/support/**',
      '*.config.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Settings come from server/platform/env.ts, where they are checked at boot.',
        },
      ],
    },
  },
  {
    files: moneyDomains,
    ignores: tests,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.name=/^(Number|parseFloat)$/]',
          message: moneyRule('Number() or parseFloat()'),
        },
        {
          selector: 'CallExpression[callee.property.name=/^(parseFloat|toFixed)$/]',
          message: moneyRule('parseFloat() or toFixed()'),
        },
        {
          selector: 'CallExpression[callee.object.name="Math"][callee.property.name="round"]',
          message: moneyRule('Math.round()'),
        },
      ],
    },
  },
  {
    files: ['app/**/*.{ts,tsx}', 'components/**/*.{ts,tsx}'],
    ignores: tests,
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      'react-hooks/exhaustive-deps': 'error',
      'cascade/no-literal-text': 'error',
      'cascade/tokens-only': 'error',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 120 }],
    },
  },
  {
    files: ['server/**/*.ts', 'prisma/*.ts'],
    ignores: tests,
    rules: { 'max-lines': ['error', { max: 300 }], 'max-lines-per-function': ['error', { max: 70 }] },
  },
  {
    files: tests,
    rules: { 'max-lines': ['error', { max: 500 }], '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
);
