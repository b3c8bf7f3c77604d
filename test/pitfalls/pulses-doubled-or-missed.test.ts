/** A contact closes and bounces for some milliseconds: one pulse, whichever filter, and none of two that come close. */
import { expect, it } from 'vitest';
import { createFilter } from '../../drivers/pulse/filter.ts';

const MS = 1_000;

function closings(kind: 'edge' | 'pulse'): number {
  const seen: number[] = [];
  const filter = createFilter({ kind, ms: 4 }, (atUs) => seen.push(atUs));
  filter.begin(0);
  for (let n = 1; n <= 100; n++) {
    const closes = n * 50 * MS;
    // Five bounces in three milliseconds, then it stays closed for twenty.
    for (let bounce = 0; bounce < 5; bounce++) {
      filter.edge(true, closes + bounce * 600);
      if (kind === 'pulse') filter.edge(false, closes + bounce * 600 + 300);
    }
    filter.edge(true, closes + 3 * MS);
    if (kind === 'pulse') filter.edge(false, closes + 23 * MS);
  }
  filter.settle(10_000 * MS);
  return seen.length;
}

it('the edge filter counts each closing of a bouncing contact once', () => {
  expect(closings('edge')).toBe(100);
});

it('the pulse filter does, too', () => {
  expect(closings('pulse')).toBe(100);
});
