/**
 * For any readings, gaps, restarts, rollovers, transients and reorderings in any batches the ledger's sums hold to
 * the last digit and its brackets hold the truth. HAKARU_SEED and HAKARU_RUNS replay or lengthen a run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { openStore, openStoreInMemory } from '../../gateway/store/store.ts';
import {
  anyDelivery,
  type Case,
  calmShape,
  caseOf,
  type Delivery,
  inBatches,
  ordered,
  wildShape,
} from './support/cases.ts';
import {
  checkHours,
  checkMessages,
  checkRepeatable,
  checkSums,
  checkTruth,
  content,
} from './support/checks.ts';
import { HOUR, type Ledger, openLedger } from './support/ledger.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_101);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 80);
const settings = { seed: SEED, numRuns: RUNS };

/** Plays a case through all stages; a crash is a transaction that fails just before it would commit. */
function play(
  played: Case,
  delivery: Delivery,
  options: { keepFirst?: boolean; calmly?: boolean; evidenceMs?: number } = {},
): Ledger {
  let failing = false;
  const store = openStoreInMemory({
    probe: (point) => {
      if (failing && point === 'inside-transaction') throw new Error('power cut');
    },
  });
  const { evidenceMs } = options;
  const ledger = openLedger({
    spec: played.spec,
    startMs: instant(played.startMs),
    store,
    ...(evidenceMs === undefined ? {} : { evidenceMs }),
  });
  const all = played.observed.map(({ reading }) => reading);
  const shuffled = ordered(all, delivery, options.keepFirst);
  // A channel opens with what it shows first; a transient that arrives first could not be told from the truth.
  const opensWrong = played.observed.some(({ reading, shown }) => shown === null && reading === shuffled[0]);
  const readings = opensWrong ? ordered(all, delivery, true) : shuffled;
  let nowMs = played.startMs;
  inBatches(readings, delivery.batches).forEach((batch, i) => {
    nowMs = Math.max(nowMs, ...batch.map(({ atMs }) => atMs));
    const happens = options.calmly ? 'nothing' : delivery.between[i % delivery.between.length];
    if (happens === 'crash') {
      failing = true;
      expect(() => ledger.feed(batch, nowMs)).toThrow('power cut');
      failing = false;
    }
    ledger.feed(batch, nowMs);
    if (happens === 'restart') ledger.restart();
    if (happens === 'close') ledger.close(nowMs);
  });
  return ledger;
}

describe(`the ledger's invariants (seed ${SEED}, ${RUNS} cases each)`, () => {
  it('hold for any readings in any batches, with restarts and crashes', () => {
    const seen = { measured: 0, brackets: 0, eras: 0 };
    fc.assert(
      fc.property(wildShape, anyDelivery, (shape, delivery) => {
        const played = caseOf(shape);
        const ledger = play(played, delivery);
        const nowMs = played.endMs + 3 * HOUR;
        ledger.close(nowMs);
        checkSums(ledger);
        checkHours(ledger, nowMs);
        checkMessages(ledger);
        const { measured, brackets } = checkTruth(ledger, played.truth, played.observed);
        checkRepeatable(ledger, nowMs);
        seen.measured += measured;
        seen.brackets += brackets;
        seen.eras += ledger.eras().length - 1;
        ledger.store.close();
      }),
      settings,
    );
    // The cases must reach what they are about.
    expect(seen.measured).toBeGreaterThan(RUNS);
    expect(seen.brackets).toBeGreaterThan(RUNS);
    expect(seen.eras).toBeGreaterThan(RUNS / 4);
  });

  it('do not depend on restarts and crashes: the rows are the whole state', () => {
    fc.assert(
      fc.property(wildShape, anyDelivery, (shape, delivery) => {
        const played = caseOf(shape);
        const nowMs = played.endMs + 3 * HOUR;
        const [troubled, calm] = [play(played, delivery), play(played, delivery, { calmly: true })];
        for (const ledger of [troubled, calm]) ledger.close(nowMs);
        expect(content(troubled)).toEqual(content(calm));
        for (const ledger of [troubled, calm]) ledger.store.close();
      }),
      settings,
    );
  });

  it('do not depend on which readings are kept as rows', () => {
    const kept = { thinned: 0, whole: 0 };
    fc.assert(
      fc.property(wildShape, anyDelivery, (shape, delivery) => {
        const played = caseOf(shape);
        const nowMs = played.endMs + 3 * HOUR;
        const inOrder = { ...delivery, delays: [0], doubled: [] };
        const [thinned, whole] = [play(played, inOrder), play(played, inOrder, { evidenceMs: 1 })];
        for (const ledger of [thinned, whole]) ledger.close(nowMs);
        kept.thinned += content(thinned).readings.length;
        kept.whole += content(whole).readings.length;
        expect({ ...content(thinned), readings: [] }).toEqual({ ...content(whole), readings: [] });
        expect(thinned.messages()).toEqual(whole.messages());
        for (const ledger of [thinned, whole]) ledger.store.close();
      }),
      settings,
    );
    expect(kept.thinned).toBeLessThan(kept.whole);
  });

  it('end the same for a plain rising register whatever the order and the batches', () => {
    fc.assert(
      fc.property(calmShape, anyDelivery, anyDelivery, (shape, one, other) => {
        const played = caseOf({ ...shape, first: 'middle' });
        const nowMs = played.endMs + 3 * HOUR;
        const whole = { keepFirst: true, evidenceMs: 1 };
        const [a, b] = [play(played, one, whole), play(played, other, whole)];
        for (const ledger of [a, b]) ledger.close(nowMs);
        expect(content(a)).toEqual(content(b));
        for (const ledger of [a, b]) ledger.store.close();
      }),
      settings,
    );
  });

  it('hold on a real file that is closed and opened again and again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hakaru-invariants-'));
    let count = 0;
    try {
      fc.assert(
        fc.property(wildShape, anyDelivery, (shape, delivery) => {
          const played = caseOf(shape);
          const nowMs = played.endMs + 3 * HOUR;
          const path = join(folder, `${count++}`);
          const open = () =>
            openLedger({ spec: played.spec, startMs: instant(played.startMs), store: openStore(path) });
          const readings = played.observed.map(({ reading }) => reading);
          for (const batch of inBatches(
            ordered(readings, delivery),
            delivery.batches.map((size) => 4 * size),
          )) {
            const ledger = open();
            ledger.feed(batch);
            ledger.store.close();
          }
          const [reopened, calm] = [open(), play(played, delivery, { calmly: true })];
          for (const ledger of [reopened, calm]) ledger.close(nowMs);
          checkSums(reopened);
          checkMessages(reopened);
          expect(content(reopened)).toEqual(content(calm));
          for (const ledger of [reopened, calm]) ledger.store.close();
        }),
        { seed: SEED, numRuns: Math.ceil(RUNS / 10) },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
