/** Text, or a number that is already written in decimal digits. */
export type CsvCell = string | { number: string };

/** A spreadsheet takes a cell that begins with one of these as a formula (OWASP, CSV injection). */
const formulaStart = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/** One line of a CSV file (RFC 4180). Text can never become a formula; numbers stay numbers. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: CsvCell): string {
  if (typeof cell === 'object') return /^-?\d+(\.\d+)?$/.test(cell.number) ? cell.number : cellText(cell.number);
  const harmless = formulaStart.test(cell.trimStart()) || formulaStart.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(harmless) || harmless !== cell ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
