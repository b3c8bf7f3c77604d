/** What people said: Σ fills of an answer = declared − found, and a true slip puts the sum right. */
import { filledWithin } from '../../../gateway/domain/ledger/dial.ts';
import { instant } from '../../../gateway/domain/time.ts';
import type { LedgerRows } from './ledger-rows.ts';
import type { PlayedMeter, PlayedScenario } from './playing.ts';
import { must, type Tally } from './tally.ts';
import { MILLI_J_PER_MICRO } from './truth.ts';
import { givenIndex, lastBitMilliJ, stepMilliJ } from './truth-checks.ts';

const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };

export function checkAnswers(
  { id, spec, eras, accepted, microOf }: LedgerRows,
  played: PlayedScenario,
  meter: PlayedMeter,
  tally: Tally,
): void {
  const { corrections } = played.store;
  const fills = corrections.fillsTouching(id, EVER);
  const answers = corrections.answersTouching(id, EVER);
  const given = givenIndex(meter, played);
  /** @param end the step ends there: a clock that was set back stamps what came before and after it alike */
  const totalAt = (ms: number, end: boolean) => {
    const opened = end ? eras.find(({ no, opening }) => no > 1 && opening.atMs === ms) : undefined;
    if (opened) return { reading: opened.opening, era: opened, micro: opened.baseMicro };
    const row = accepted.find(({ reading }) => reading.atMs === ms);
    const era = row && eras[(row.era ?? 0) - 1];
    return row && era
      ? {
          reading: row.reading,
          era,
          micro: era.baseMicro + microOf(era, row.reading) - microOf(era, era.opening),
        }
      : null;
  };
  for (const span of answers) {
    const row = corrections.byNo(span.correctionNo);
    const [from, to] = [totalAt(span.fromMs, false), totalAt(span.toMs, true)];
    const at = () => `${spec.meter}: the answer ${row?.kind} from ${new Date(span.fromMs).toISOString()}`;
    must(row && from && to && row.passedMicro !== null, () => `${at()} has lost its evidence`);
    const added = filledWithin(
      fills.filter(({ fromMs, toMs }) => fromMs >= span.fromMs && toMs <= span.toMs),
      EVER,
    );
    must(
      added === row.passedMicro - (to.micro - from.micro),
      () => `${at()} declares ${row.passedMicro}, found ${to.micro - from.micro}, adds ${added}`,
    );
    must(
      corrections.all().some(({ no }) => no === span.correctionNo),
      () => `${at()} has no line in the trail`,
    );
    if (!played.desk.slips.has(row.id)) continue;
    const [a, b] = [given(from.reading), given(to.reading)];
    if (!a || !b || a.odd || b.odd || b.turn !== a.turn + 1 || b.wraps !== 0n) continue;
    if (meter.truth.aroundTurn(b.turn).wraps !== a.wraps) continue;
    // Its figures were read by a ratio that was no longer true.
    if (meter.plan.misread.some(({ fromMs, toMs }) => fromMs <= b.trueAtMs && toMs >= a.trueSinceMs))
      continue;
    const { energy, nature } = meter.truth;
    const ageMs = Math.max(from.era.scale.updateMs, nature.refreshMs);
    const isFrozen = nature.freezes.some(
      ({ fromMs, toMs }) => a.trueAtMs >= fromMs && b.trueSinceMs <= toMs + nature.refreshMs,
    );
    const touched = nature.freezes.some(({ fromMs, toMs }) =>
      [a, b].some((one) => one.trueAtMs >= fromMs && one.trueSinceMs <= toMs + nature.refreshMs),
    );
    if (isFrozen || touched) continue;
    const slack = 2n * (stepMilliJ(from.era.scale) + stepMilliJ(to.era.scale)) + 8n * MILLI_J_PER_MICRO;
    const bits = 4n * (lastBitMilliJ(from) + lastBitMilliJ(to));
    const turnMs = nature.turns[b.turn]?.atMs ?? 0;
    const low = energy(b.trueSinceMs - ageMs) - energy(Math.min(a.trueAtMs, turnMs));
    const high = energy(b.trueAtMs) - energy(a.trueSinceMs - ageMs);
    const passed = row.passedMicro * MILLI_J_PER_MICRO;
    must(
      low - slack - bits <= passed && passed <= high + slack + bits,
      () =>
        `${at()} declares ${row.passedMicro} by its slip, truly ${low / MILLI_J_PER_MICRO} … ${high / MILLI_J_PER_MICRO}`,
    );
    tally.slips += 1;
  }
}
