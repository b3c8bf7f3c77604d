/** Tables on a terminal. */
import stringWidth from 'string-width';

/** Pads to a column width as a terminal shows it: kana and kanji take two columns. */
function padded(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return side === 'right' ? text + space : space + text;
}

/** Rows with aligned columns; the columns numbered in `right` are aligned to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => stringWidth(cell))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, right.has(column) ? 'left' : 'right'))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
