import { describe, expect, test } from 'vitest';
import { catalogueViolations } from './catalogue-rules.ts';
import { importViolations } from './import-rules.ts';
import { namingViolations } from './naming-rules.ts';
import { postingViolations } from './posting-rules.ts';
import { sizeViolations } from './size-rules.ts';
import { describeViolations, repositoryFiles } from './source-files.ts';
import { tableViolations } from './table-rules.ts';
import { transactionViolations } from './transaction-rules.ts';

/** The rules themselves are tested beside each of them, with violations planted on purpose. */
describe('in this repository', () => {
  const files = repositoryFiles();

  test.each(['app', 'components', 'e2e', 'prisma', 'scripts', 'server'])('the folder %s is looked at', (folder) => {
    expect(files.filter(({ path }) => path.startsWith(`${folder}/`))).not.toEqual([]);
  });

  test('every domain imports only what lies below it', () => {
    expect(describeViolations(importViolations(files))).toEqual([]);
  });

  test('every domain touches only its own tables', () => {
    expect(describeViolations(tableViolations(files))).toEqual([]);
  });

  test('only edges open transactions or hold the live client', () => {
    expect(describeViolations(transactionViolations(files))).toEqual([]);
  });

  test('nothing outside the ledger books anything but bound templates', () => {
    expect(describeViolations(postingViolations(files))).toEqual([]);
  });

  test('no file, function or parameter list is too big to take in', () => {
    expect(describeViolations(sizeViolations(files))).toEqual([]);
  });

  test('names are in kebab-case, exports have names, and there is no second front', () => {
    expect(describeViolations(namingViolations(files))).toEqual([]);
  });

  test('every language says everything', () => {
    expect(describeViolations(catalogueViolations(files))).toEqual([]);
  });
});
