import type { ReportLine } from '#server/market/imports/import-schema.ts';
import { withGuard } from '#server/market/imports/import-file.ts';
import { csvLine } from '#server/payments/csv.ts';

/** What the codes of problems mean, in the English of files that are downloaded; pages say it in the citizen's language. */
const texts: Readonly<Record<string, string>> = {
  required: 'Fill in this column.',
  malformed: 'This cannot be read here.',
  unknown_word: 'This word is not one of those that may stand here.',
  unknown_state: 'Write draft, published or paused.',
  state_unreachable: 'The listing cannot come into this state from the one it is in.',
  unknown_category: 'There is no such trade.',
  unknown_attribute: 'This trade has no such attribute.',
  invalid_attribute: 'The trade asks for another kind of value here.',
  unknown_column: 'There is no such column.',
  repeated_column: 'This column is there twice.',
  broken_quotes: 'A quotation mark is not closed, or stands inside a cell that is not quoted.',
  too_many_rows: 'A file has at most 10,000 rows.',
  too_many_cells: 'The row has more cells than the heading.',
  too_many_columns: 'The heading has too many columns.',
  no_rows: 'There are no rows.',
  not_json: 'This is not JSON.',
  too_deep: 'This JSON is nested too deeply.',
  no_list: 'Write a list of listings.',
  not_an_object: 'A listing is an object with names and values.',
  too_short: 'This is too short.',
  too_long: 'This is too long.',
  too_few: 'There are too few.',
  too_many: 'There are too many.',
  too_small: 'This number is too small.',
  too_large: 'This number is too large.',
  price: 'Write ducats with a point, such as 12.50, from 0.01 to 1,000,000.',
  stock: 'Write a whole number, or unlimited.',
  whole_number: 'Write a whole number.',
  number: 'Write a number.',
  sku_form: 'A key has 1 to 64 characters in one line.',
  options_form: 'Write options as the template does.',
  variants_form: 'Write variants as the template does.',
  quantity_steps_form: 'Write quantity steps as the template does.',
  yes_or_no: 'Write yes or no, or nothing.',
  steps_not_rising: 'Both figures rise from step to step.',
  pictures_form: 'Write pictures as an export does.',
  control_characters: 'There are characters that cannot be shown.',
  content_missing: 'Something digital needs the text or files that its buyers receive.',
  unknown_picture: 'This picture is not one of yours, or no longer there.',
  unknown_file: 'This file is not one of yours, or no longer there.',
};

export function problemText(code: string): string {
  return texts[code] ?? 'This cannot be so.';
}

export const problemHeading = csvLine(['row', 'column', 'code', 'found', 'problem']);

export function problemLine({ rowNumber, columnName, code, value }: ReportLine): string {
  return csvLine([{ number: String(rowNumber) }, columnName, code, withGuard(value), problemText(code)]);
}
