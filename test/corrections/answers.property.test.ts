/**
 * Whatever happens to the registers of a channel and whatever people say of it, in any order, again and again:
 * Σ slots = Σ registers across eras + what the answers in force add, to the last digit. Where every exchange was
 * declared by its slip, Σ slots = what passed. HAKARU_SEED and HAKARU_RUNS replay or lengthen a run.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodedError } from '../../gateway/domain/faults.ts';
import { filledWithin } from '../../gateway/domain/ledger/dial.ts';
import type { ChannelName } from '../../gateway/domain/meters.ts';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { acceptedRows, allBoundaries, checkMessages } from '../ledger/support/checks.ts';
import {
  at,
  decimal,
  HOUR,
  type Ledger,
  MINUTE,
  openLedger,
  reading,
  SECOND,
  specWith,
} from '../ledger/support/ledger.ts';
import { openDesk } from './support/desk.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_122);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 60);
/** Of the drafts' ids. */
let lastId = 0;
const BASE = at('2026-07-01T09:00:00+09:00');
const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };
const COUNT = 100_000n;

const phase = fc.record({
  polls: fc.integer({ min: 4, max: 12 }),
  intervalMs: fc.constantFrom(20 * SECOND, MINUTE, 5 * MINUTE),
  rise: fc.nat(40),
  gapMs: fc.oneof(fc.constant(MINUTE), fc.integer({ min: MINUTE, max: 3 * HOUR })),
  /** Of the gap, when the meter is taken down, per mille. */
  moment: fc.integer({ min: 0, max: 1_000 }),
  unseenOld: fc.nat(60),
  unseenNew: fc.nat(60),
  newStart: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
  happens: fc.constantFrom('exchange', 'exchange', 'gap'),
});
const saying = fc.record({
  which: fc.nat(20),
  what: fc.constantFrom('slip', 'slip', 'reset', 'wrap', 'real', 'ignore', 'wrong'),
  restart: fc.boolean(),
});
const shape = fc.record({
  offsetMs: fc.integer({ min: 0, max: HOUR }),
  phases: fc.array(phase, { minLength: 1, maxLength: 5 }),
  sayings: fc.array(saying, { maxLength: 10 }),
  dials: fc.array(fc.record({ after: fc.nat(10), more: fc.nat(500) }), { maxLength: 4 }),
  keptBy: fc.constantFrom('meter', 'meter', 'gateway'),
});
type Shape = typeof shape extends fc.Arbitrary<infer One> ? One : never;

interface Slip {
  readonly atMs: number;
  readonly final: bigint;
  readonly start: bigint;
}

/** Plays the phases. @returns the slips, and what truly passed since the first reading, in counts */
function live(ledger: Ledger, { offsetMs, phases }: Shape): { slips: Slip[]; passed: bigint; endMs: number } {
  let nowMs = BASE + offsetMs;
  let count = 1_000;
  let passed = 0;
  const slips: Slip[] = [];
  ledger.feed([reading(nowMs, count)]);
  for (const one of phases) {
    for (let i = 0; i < one.polls; i++) {
      nowMs += one.intervalMs;
      count += one.rise;
      passed += one.rise;
      ledger.feed([reading(nowMs, count)]);
    }
    const atMs = nowMs + Math.floor((one.gapMs * one.moment) / 1_000);
    nowMs += one.gapMs;
    passed += one.unseenOld + one.unseenNew;
    if (one.happens === 'exchange') {
      slips.push({ atMs, final: BigInt(count + one.unseenOld) * COUNT, start: BigInt(one.newStart) * COUNT });
      count = one.newStart + one.unseenNew;
    } else count += one.unseenOld + one.unseenNew;
    // Three must agree before a fall or a jump is believed.
    for (let i = 0; i < 4; i++) {
      ledger.feed([reading(nowMs, count)]);
      nowMs += 20 * SECOND;
    }
  }
  return { slips, passed: BigInt(passed), endMs: nowMs };
}

/** Σ slots from the opening to the newest boundary, and the tail behind it. */
function slotsSum(ledger: Ledger): bigint {
  const newest = allBoundaries(ledger).at(-1);
  const [first] = ledger.eras();
  const lastEra = ledger.eras().at(-1);
  const last = acceptedRows(ledger).at(-1);
  if (!first || !lastEra || !last) throw new Error('a ledger without readings');
  const from = slotOf(first.opening.atMs);
  const to = newest?.slot ?? from;
  const slots = ledger.slots(boundaryAt(from), to - from);
  for (const slot of slots) expect(slot.countedMicro ?? -1n, `slot ${slot.slot}`).toBeGreaterThanOrEqual(0n);
  const sum = slots.reduce((all, { countedMicro }) => all + (countedMicro ?? 0n), 0n);
  const lastTotal = lastEra.baseMicro + (last.reading.raw.count - lastEra.opening.raw.count) * COUNT;
  const tail = { fromMs: boundaryAt(to), toMs: EVER.toMs };
  const fills = ledger.store.corrections.fillsTouching(ledger.channelId, EVER);
  return sum + (lastTotal - (newest?.totalMicro ?? 0n)) + filledWithin(fills, tail);
}

/** Σ over eras (last − opening) + known steps + what the answers in force add. */
function expectedSum(ledger: Ledger): bigint {
  const rows = acceptedRows(ledger);
  const byEras = ledger.eras().reduce((sum, era) => {
    const own = rows.filter((row) => row.era === era.no);
    const rise = (own.at(-1)?.reading.raw.count ?? 0n) - (own[0]?.reading.raw.count ?? 0n);
    return sum + rise * COUNT + (era.stepMicro ?? 0n);
  }, 0n);
  const { corrections } = ledger.store;
  const said = corrections.answersTouching(ledger.channelId, EVER).reduce((sum, { correctionNo }) => {
    const row = corrections.byNo(correctionNo);
    const first = corrections
      .all()
      .find((one) => one.channelId === ledger.channelId && one.fromMs === row?.fromMs && one.kind !== 'dial');
    // The first answer of a stretch found what the ledger itself counts there.
    return sum + (row?.passedMicro ?? 0n) - (first?.beforeMicro ?? 0n);
  }, 0n);
  return byEras + said;
}

/** Says something; what is refused must change nothing. */
function attempt(ledger: Ledger, work: () => unknown): boolean {
  const before = slotsSum(ledger);
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    expect(slotsSum(ledger)).toBe(before);
    return false;
  }
}

function checkDials(ledger: Ledger): void {
  const dials = ledger.store.dials.all(ledger.channelId);
  const settled = ledger.store.dials.adjustments(ledger.channelId);
  dials.forEach((dial, i) => {
    const before = dials[i - 1];
    if (!before) return;
    const span = { fromMs: before.atMs, toMs: dial.atMs };
    const filled = filledWithin(ledger.store.dials.fillsTouching(ledger.channelId, span), span);
    const moved = dial.dialMicro - (before.nextMicro ?? before.dialMicro);
    expect(dial.countedMicro - before.countedMicro + filled + (settled[i] ?? 0n)).toBe(moved);
  });
}

it(`sums hold whatever is said (seed ${SEED}, ${RUNS} cases)`, () => {
  const seen = { exchanges: 0, answers: 0, dials: 0, unseen: 0, refused: 0 };
  fc.assert(
    fc.property(shape, (played) => {
      const spec = specWith({ keptBy: played.keptBy, ratedPerHour: decimal('600') });
      const ledger = openLedger({ startMs: instant(BASE + played.offsetMs), spec, evidenceMs: 1 });
      const desk = openDesk(ledger);
      const { slips, passed, endMs } = live(ledger, played);
      const nowMs = endMs + 2 * HOUR;
      ledger.close(nowMs);
      expect(slotsSum(ledger)).toBe(expectedSum(ledger));

      const saySlip = (slip: Slip, wrong = 0n) =>
        attempt(ledger, () =>
          desk.apply(
            {
              id: `slip-${slip.atMs}-${++lastId}`,
              by: 'sato',
              saidAtMs: instant(nowMs),
              meter: spec.meter,
              channel: spec.channel,
              sure: true,
              kind: 'exchange',
              answer: {
                kind: 'exchange',
                atMs: instant(slip.atMs),
                finalMicro: slip.final + wrong,
                startMicro: slip.start,
                serial: null,
              },
            },
            nowMs,
          ),
        );
      for (const { which, what, restart } of played.sayings) {
        const slip = slips[which % Math.max(1, slips.length)];
        const era = 2 + (which % Math.max(1, ledger.eras().length));
        if (what === 'slip' || what === 'wrong') {
          if (played.keptBy === 'meter' && slip && saySlip(slip, what === 'wrong' ? 700_000n : 0n))
            seen.exchanges += 1;
        } else {
          const answer = {
            reset: { kind: 'reset', finalMicro: null, startMicro: 0n },
            wrap: { kind: 'wrap', endMicro: 10_000_000_000n },
            real: { kind: 'real' },
            ignore: { kind: 'ignore' },
          } as const;
          if (attempt(ledger, () => desk.answer(era, answer[what], nowMs, true))) seen.answers += 1;
          else seen.refused += 1;
        }
        if (restart) ledger.restart();
        expect(slotsSum(ledger)).toBe(expectedSum(ledger));
        checkDials(ledger);
      }
      let dial = 5_000_000n;
      for (const { after, more } of played.keptBy === 'gateway' ? played.dials : []) {
        dial += BigInt(more) * COUNT;
        const atMs = BASE + played.offsetMs + (after + 1) * 20 * MINUTE;
        const said = attempt(ledger, () => desk.apply(dialSaid(dial, atMs, spec.channel), nowMs));
        if (said) seen.dials += 1;
        attempt(ledger, () =>
          desk.answer(2, { kind: 'wrap', endMicro: 10_000_000_000n + dial }, nowMs, true),
        );
        checkDials(ledger);
        expect(slotsSum(ledger)).toBe(expectedSum(ledger));
      }
      // Every slip is on the desk at last: nothing of what passed is missing, and nothing is there twice.
      const all = played.keptBy === 'meter' && slips.every((slip) => saySlip(slip));
      const onlySlips = ledger.store.corrections
        .answersTouching(ledger.channelId, EVER)
        .every(({ correctionNo }) => ledger.store.corrections.byNo(correctionNo)?.kind === 'exchange');
      if (all && onlySlips && slips.length === played.phases.length) {
        expect(slotsSum(ledger)).toBe(passed * COUNT);
        if (ledger.eras().length <= slips.length) seen.unseen += 1;
      }
      checkMessages(ledger);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
});

function dialSaid(dialMicro: bigint, atMs: number, channel: ChannelName) {
  return {
    id: `dial-${atMs}-${dialMicro}-${++lastId}`,
    by: 'sato',
    saidAtMs: instant(atMs),
    meter: 'm1',
    channel,
    sure: false,
    kind: 'dial',
    atMs: instant(atMs),
    dialMicro,
  } as const;
}
