import { Card, Table, type TableTdProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './stacked-table.module.css';

interface StackedTableProps {
  /** The names of the columns; the empty one is that of the buttons. */
  readonly columns: readonly string[];
  readonly caption?: string;
  readonly children: ReactNode;
}

/** A table that a phone shows as cards instead of scrolling sideways. The roles are said because that layout takes them away. */
export const StackedTable = ({ columns, caption, children }: StackedTableProps) => (
  <Card withBorder p={0}>
    <Table role="table" verticalSpacing="sm" horizontalSpacing="md" className={classes['table'] ?? ''}>
      {caption !== undefined && <Table.Caption>{caption}</Table.Caption>}
      <Table.Thead role="rowgroup">
        <StackedRow>
          {columns.map((column) =>
            column === '' ? (
              <Table.Td key={column} role="cell" />
            ) : (
              <Table.Th key={column} role="columnheader">
                {column}
              </Table.Th>
            ),
          )}
        </StackedRow>
      </Table.Thead>
      <Table.Tbody role="rowgroup">{children}</Table.Tbody>
    </Table>
  </Card>
);

export const StackedRow = ({ children }: { readonly children: ReactNode }) => (
  <Table.Tr role="row">{children}</Table.Tr>
);

interface StackedCellProps extends TableTdProps {
  /** The column's name, shown beside the cell on a phone; none where the cell speaks for itself. */
  readonly label?: string;
  readonly actions?: boolean;
}

export const StackedCell = ({ label, actions = false, ...cell }: StackedCellProps) => (
  <Table.Td role="cell" data-label={label} data-kind={actions ? 'actions' : undefined} {...cell} />
);
