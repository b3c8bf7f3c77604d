/**
 * What the machine allows: a process that does nothing but wake at the times at which meters are due, and notes how
 * late it was. Arguments: the delays after each whole second, ms. Any message asks for the notes, and ends it.
 */
const SECOND_MS = 1_000;
const delays = process.argv.slice(2).map(Number);
const notes: { readonly atMs: number; readonly lateMs: number }[] = [];

function nextDue(nowMs: number): number {
  return Math.min(
    ...delays.map((delayMs) => (Math.floor((nowMs - delayMs) / SECOND_MS) + 1) * SECOND_MS + delayMs),
  );
}

function wait(dueMs: number): void {
  const leftMs = dueMs - Date.now();
  if (leftMs > 0) {
    setTimeout(() => wait(dueMs), Math.max(1, leftMs));
    return;
  }
  const atMs = performance.timeOrigin + performance.now();
  notes.push({ atMs, lateMs: atMs - dueMs });
  wait(nextDue(Date.now()));
}

process.on('message', () => process.send?.(notes, () => process.exit(0)));
process.on('disconnect', () => process.exit(0));
wait(nextDue(Date.now()));
