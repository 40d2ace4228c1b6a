import { describe, expect, it } from 'vitest';
import { templateCsv } from '#server/market/imports/import-columns.ts';
import { readFile, textOfFile, withGuard, withoutGuard } from '#server/market/imports/import-file.ts';
import { readRow, checkRow, shownValue, type Asked } from '#server/market/imports/import-rows.ts';
import { importColumns, importRowsMax } from '#server/market/imports/import-schema.ts';
import { csvLine } from '#server/payments/csv.ts';

const asked: Asked = new Map([
  [
    'glass',
    [
      { key: 'height', nameEn: 'Height', nameIt: 'Altezza', kind: 'number', choices: [], unit: 'cm' },
      { key: 'colour', nameEn: 'Colour', nameIt: 'Colore', kind: 'text', choices: [], unit: null },
    ],
  ],
  ['services', []],
  ['patterns', []],
]);

const bytes = (text: string) => new TextEncoder().encode(text);

function problemsOf(text: string) {
  const { format, rows, problems } = readFile(text);
  const found = rows.flatMap((raw) => checkRow(readRow(raw, format), { matched: null, asked }).problems);
  return [...problems, ...found].map(({ rowNumber, columnName, code }) => [rowNumber, columnName, code]);
}

const good = {
  title: 'Goblet of cristallo',
  description: 'A wine goblet blown thin.',
  category: 'glass',
  price: '34.00',
  stock: '5',
};
const csv = (row: Record<string, string>, separator = ',') =>
  [Object.keys(row), Object.values(row)].map((cells) => cells.join(separator)).join('\n');
const only = (row: Record<string, string>) => problemsOf(csv({ ...good, ...row }));

describe('a file that is no text', () => {
  it.each([
    ['nothing', new Uint8Array(), 'import_file_empty'],
    ['blanks', bytes(' \n '), 'import_file_empty'],
    ['a zip archive or workbook', bytes('PK\u0003\u0004 and more'), 'import_file_type'],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'import_file_type'],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x74, 0x00]), 'import_file_encoding'],
    ['Latin-1', Uint8Array.from([0x74, 0xe8, 0x2c]), 'import_file_encoding'],
  ])('such as %s is refused', (_what, file, code) => {
    expect(() => textOfFile(file)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('a CSV file', () => {
  it.each([',', ';', '\t'])('may part its cells by %j, and begin with a mark of its encoding', (separator) => {
    const text = textOfFile(bytes(`\uFEFF${csv(good, separator)}`));
    expect(problemsOf(text)).toEqual([]);
  });

  it('is what its template is', () => {
    expect(problemsOf(templateCsv())).toEqual([]);
    expect(readFile(templateCsv()).rows).toHaveLength(2);
  });

  it.each([
    ['a quote that is never closed', 'title,price\n"Goblet,1', [[2, '', 'broken_quotes']]],
    ['an unknown column', 'title,prize\nGoblet,1', [[1, 'prize', 'unknown_column']]],
    ['a column twice', 'title,title\nGoblet,1', [[1, 'title', 'repeated_column']]],
    ['a heading alone', 'title,price\n', [[1, '', 'no_rows']]],
    ['more cells than the heading', 'title\nGoblet,1', [[2, '', 'too_many_cells']]],
  ])('with %s is told where', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('has at most ten thousand rows', () => {
    const file = (rows: number) => `title\n${'Goblet\n'.repeat(rows)}`;
    expect(readFile(file(importRowsMax)).rows).toHaveLength(importRowsMax);
    expect(readFile(file(importRowsMax + 1)).problems).toMatchObject([{ code: 'too_many_rows' }]);
  });
});

describe('JSON', () => {
  it.each([
    ['that is broken', '[{', [[1, '', 'not_json']]],
    ['that is no list', '{"title":"x"}', [[1, '', 'no_list']]],
    ['that is nested without end', '['.repeat(5_000_000), [[1, '', 'too_deep']]],
    ['with a word among listings', '["x"]', [[1, '', 'not_an_object']]],
    ['with a name that nothing is called', '[{"owner":"me"}]', [[1, 'owner', 'unknown_column']]],
    ['with a prototype', '[{"__proto__":{"title":"x"}}]', [[1, '__proto__', 'unknown_column']]],
  ])('%s is told', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('says the same as a form, with prices as texts', () => {
    const listing = { ...good, stock: 5, attributes: { height: 21.5 }, tags: ['red'], price: '34.50' };
    expect(problemsOf(JSON.stringify({ listings: [listing] }))).toEqual([]);
    expect(problemsOf(JSON.stringify([{ ...listing, price: null, tags: 'red', stock: '5' }]))).toEqual([
      [1, 'price', 'price'],
      [1, 'tags', 'malformed'],
      [1, 'stock', 'malformed'],
    ]);
  });
});

const fallingSteps = '"[{""fromQuantity"":2,""percentBps"":900},{""fromQuantity"":3,""percentBps"":800}]"';

describe('a row', () => {
  it.each([
    [{ price: '0' }, [[2, 'price', 'price']]],
    [{ price: '-1' }, [[2, 'price', 'price']]],
    [{ price: '"1,5"' }, [[2, 'price', 'price']]],
    [{ price: '1e9' }, [[2, 'price', 'price']]],
    [{ price: '1000000000' }, [[2, 'price', 'price']]],
    [{ price: '' }, [[2, 'price', 'required']]],
    [{ stock: '-1' }, [[2, 'stock', 'too_small']]],
    [{ stock: 'many' }, [[2, 'stock', 'stock']]],
    [{ stock: '' }, [[2, 'stock', 'required']]],
    [{ category: 'dragons' }, [[2, 'category', 'unknown_category']]],
    [{ kind: 'auction' }, [[2, 'kind', 'unknown_word']]],
    [{ state: 'archived' }, [[2, 'state', 'unknown_state']]],
    [{ title: 'x' }, [[2, 'title', 'too_short']]],
    [{ title: 'Goblet \u0007 bell' }, [[2, 'title', 'control_characters']]],
    [{ 'attribute.height': 'tall' }, [[2, 'attribute.height', 'number']]],
    [{ 'attribute.width': '3' }, [[2, 'attribute.width', 'unknown_attribute']]],
    [{ availability: 'Mondays' }, [[2, 'availability', 'service_only']]],
    [{ variants: 'red' }, [[2, 'variants', 'variants_form']]],
    [{ quantity_steps: 'ten' }, [[2, 'quantity_steps', 'quantity_steps_form']]],
    [{ quantity_steps: fallingSteps }, [[2, 'quantity_steps', 'steps_not_rising']]],
    [{ kind: 'digital', category: 'patterns', stock: '' }, [[2, 'content_text', 'content_missing']]],
    [{ pictures: '"[{""id"":""x"",""alt"":""""}]"' }, [[2, 'pictures', 'malformed']]],
  ])('that says %j is told where and why', (row, problems) => {
    expect(only(row)).toEqual(problems);
  });

  it('with a cell of a megabyte is told like any that is too long', () => {
    expect(only({ title: 'a'.repeat(1_000_000) })).toEqual([[2, 'title', 'too_long']]);
  });

  it('keeps markup and formulas as the texts that they are', () => {
    const { rows, format } = readFile(
      csv({ ...good, title: "'=cmd|' /C calc'!A0", description: '<script>alert(1)</script>' }),
    );
    const [raw] = rows;
    const read = raw && checkRow(readRow(raw, format), { matched: null, asked });
    expect(read?.row?.terms).toMatchObject({ title: "=cmd|' /C calc'!A0", description: '<script>alert(1)</script>' });
  });

  it('shows what was found without what cannot be shown', () => {
    expect(shownValue(`a\u0000b\u202Ec${'😀'.repeat(200)}`)).toMatch(/^a b c.{20,}…$/u);
    expect(shownValue('😀'.repeat(200)).isWellFormed()).toBe(true);
  });
});

describe('the apostrophe before a formula', () => {
  it.each(['=1+1', "'=1+1", "''@x", '-5 degrees', 'plain', "'plain'", '\t=x', '＝1', "' +x"])(
    'of %j is read back',
    (text) => {
      const line = csvLine([withGuard(text), 'end']);
      const { rows } = readFile(`title,state\n${line}`);
      expect(rows[0]?.cells.get('title')).toBe(text);
      expect(withoutGuard(withGuard('plain'))).toBe('plain');
      expect(line).not.toMatch(/^"?[=+\-@\t＝]/u);
    },
  );

  it('every column is known by its name', () => {
    expect(readFile(`${importColumns.join(',')}\nx`).problems).toEqual([]);
  });
});
