/** The first line holds the headings. Columns whose heading ends with a colon stand at the right, without the colon. */
export type Cells = readonly (readonly string[])[];

interface Column {
  readonly heading: string;
  readonly width: number;
  readonly right: boolean;
}

/** For a terminal: columns wide enough, a rule below the headings. */
export function textTable(cells: Cells): string {
  const columns = columnsOf(cells);
  const rule = columns.map(({ width }) => '─'.repeat(width)).join('  ');
  return layOut(columns, cells, rule, (padded) => padded.join('  ').trimEnd());
}

/** Readable as text too. */
export function markdownTable(cells: Cells): string {
  const safe = cells.map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const columns = columnsOf(safe);
  const rule = `|${columns.map(({ width, right }) => `${'-'.repeat(width + 1)}${right ? ':' : '-'}`).join('|')}|`;
  return layOut(columns, safe, rule, (padded) => `| ${padded.join(' | ')} |`);
}

function columnsOf([headings = [], ...lines]: Cells): Column[] {
  return headings.map((text, column) => {
    const right = text.endsWith(':');
    const heading = right ? text.slice(0, -1) : text;
    const width = Math.max(3, heading.length, ...lines.map((line) => (line[column] ?? '').length));
    return { heading, width, right };
  });
}

function layOut(
  columns: readonly Column[], [, ...lines]: Cells, rule: string, join: (padded: string[]) => string,
): string {
  const pad = (cell: string, { width, right }: Column) => (right ? cell.padStart(width) : cell.padEnd(width));
  const write = (cellAt: (column: number) => string): string =>
    join(columns.map((column, index) => pad(cellAt(index), column)));
  const written = lines.map((line) => write((column) => line[column] ?? ''));
  return `${[write((column) => columns[column]!.heading), rule, ...written].join('\n')}\n`;
}
