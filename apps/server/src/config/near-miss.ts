/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other, counted up to `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    rows.push(line);
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      line.push(Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
        swapped ? at(row - 2, column - 2) + 1 : Infinity,
      ));
    }
  }
  return at(a.length, b.length);
}

/** The known name that `name` was probably meant to be, if there is one. */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  const meant = name.toUpperCase();
  if (meant.length > 60) return undefined;
  if (known.includes(meant)) return meant;
  let best: string | undefined;
  let least = meant.length > 6 ? 2 : 1;
  for (const candidate of known) {
    const distance = editDistance(meant, candidate, least);
    if (distance > least || (distance === least && best !== undefined)) continue;
    best = candidate;
    least = distance;
  }
  return best;
}
