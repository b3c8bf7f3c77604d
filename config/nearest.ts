/** Edit distance with swaps of neighbours (Damerau, optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const above = rows[i - 1] ?? [];
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/**
 * The known word a person most likely meant, null when none is near: at most a third of the letters differ, or one
 * is the beginning of the other.
 */
export function nearest(written: string, known: Iterable<string>): string | null {
  const word = written.toLowerCase().slice(0, 64);
  let best: { word: string; far: number } | null = null;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const begins = word.length >= 3 && (other.startsWith(word) || word.startsWith(other));
    const far = begins ? 1 : distance(word, other);
    const allowed = begins ? 1 : Math.max(1, Math.floor(Math.max(word.length, other.length) / 3));
    if (far <= allowed && (best === null || far < best.far)) best = { word: candidate, far };
  }
  return best?.word ?? null;
}
