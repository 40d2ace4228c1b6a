import type { ReactNode } from 'react';

import { classNames } from '#components/ui/class-names.ts';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Figures and amounts stand on the right, so that their digits line up. */
  align?: 'start' | 'end';
  /** The cell that names the row: a heading of the card on a narrow screen. */
  isTitle?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

/**
 * The one table. Below the `md` breakpoint each row becomes a card with its column names beside the
 * values; the roles are spelled out because `display: block` would take them away.
 */
export function Table<Row>({ caption, columns, rows, rowKey }: TableProps<Row>) {
  return (
    <table role="table" className="block w-full border-collapse md:table">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup" className="sr-only md:not-sr-only md:table-header-group">
        <tr role="row" className="rule-double">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={headClass(column)}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="flex flex-col gap-3 md:table-row-group">
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            role="row"
            className="block rounded-md border border-line bg-surface p-4 md:table-row md:rounded-none md:border-0 md:border-b md:bg-transparent md:p-0"
          >
            {columns.map((column) => (
              <td key={column.key} role="cell" className={cellClass(column)}>
                {column.isTitle === true ? null : (
                  <span aria-hidden="true" className="max-w-1/2 shrink-0 text-sm text-muted md:hidden">
                    {column.header}
                  </span>
                )}
                <span className={classNames('min-w-0', column.isTitle !== true && 'max-md:text-right')}>
                  {column.cell(row)}
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function headClass<Row>(column: Column<Row>): string {
  return classNames(
    'caps px-3 py-2 text-muted first:pl-0 last:pr-0',
    column.align === 'end' ? 'text-right' : 'text-left',
  );
}

function cellClass<Row>(column: Column<Row>): string {
  return classNames(
    'flex items-baseline justify-between gap-4 py-1 align-baseline md:table-cell md:px-3 md:py-3 md:first:pl-0 md:last:pr-0',
    column.align === 'end' && 'figures md:text-right',
  );
}
