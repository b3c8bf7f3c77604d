/**
 * What must hold after any scenario. Every sum is made here anew, out of rows, in whole micro-units and without any
 * tolerance. How buckets are held against the truth stands in truth-checks.ts.
 */
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import { formatMicro } from '../../../gateway/domain/rational.ts';
import { boundaryAt, slotOf } from '../../../gateway/domain/time.ts';
import { HOUR } from '../../ledger/support/ledger.ts';
import { checkAnswers } from './judge-answers.ts';
import { judgePulses } from './judge-pulses.ts';
import { type LedgerRows, ledgerRows } from './ledger-rows.ts';
import type { PlayedScenario } from './playing.ts';
import { type EventRow, must, type Tally } from './tally.ts';
import { checkTruth } from './truth-checks.ts';

interface HourSent {
  readonly meter: string;
  readonly start: string;
  readonly revision: number;
  readonly seq: number;
  readonly producedAt: string;
  readonly quality: string;
  readonly quantity: number | null;
  readonly kwh: number | null;
}

/** @throws Broken */
export function judge(played: PlayedScenario, tally: Tally): void {
  const { store } = played;
  const rows = store.outbox.waiting(0, 1_000_000).map((row) => ({ ...row, body: JSON.parse(row.payload) }));
  rows.forEach(({ seq }, i) => must(seq === i + 1, () => `message ${i + 1} has seq ${seq}`));
  tally.messages += rows.length;
  const events = rows
    .filter(({ kind }) => kind === 'event')
    .map(({ body }): EventRow => ({ ...body, atMs: Date.parse(body.at) }));
  checkClockSteps(played, events);
  for (const meter of played.meters) {
    const spec = played.specOf(meter.plan.id);
    const row = store.channels.find(spec.meter, spec.channel);
    must(row, () => `${spec.meter} has no channel`);
    const ledger = ledgerRows(played, row.id, spec);
    const isRewound = events.some(({ kind, detail }) => kind === 'clock-step' && 'aheadMs' in detail);
    checkSums(ledger, isRewound);
    checkHours(ledger, played, tally);
    const sent = rows.filter(({ kind, body }) => kind === 'hour' && body.meter === spec.meter);
    checkMessages(
      ledger,
      played,
      sent.map(({ body }): HourSent => body),
    );
    checkAnswers(ledger, played, meter, tally);
    const about = events.filter((event) => event.meter === spec.meter || event.meter === null);
    checkTruth({ ledger, meter, played, events: about, tally });
    tally.eras += Math.max(0, ledger.eras.length - 1);
  }
  for (const pulse of played.plan.pulses) {
    const ledger = judgePulses(played, pulse, tally);
    const sent = rows.filter(({ kind, body }) => kind === 'hour' && body.meter === pulse.id);
    checkMessages(
      ledger,
      played,
      sent.map(({ body }): HourSent => body),
    );
  }
  for (const { meter, pulses } of played.lostAtKills) {
    tally.kills += 1;
    // The stated risk: one pulse, where they come 10 s apart or more.
    must(pulses >= 0 && pulses <= 1, () => `${meter}: ${pulses} pulses were lost with the gateway`);
  }
  const { applied, same, refused } = played.desk.outcomes;
  tally.applied += applied;
  tally.same += same;
  tally.refused += refused;
}

const sameRaw = (a: Reading, b: Reading): boolean => a.raw.count === b.raw.count && a.raw.exp2 === b.raw.exp2;

/**
 * Σ slots + what lies behind the newest boundary = Σ over eras (last accepted − opening) + steps that are known + what
 * answers add.
 */
function checkSums(
  { spec: { meter }, eras, accepted, boundaries, slots, microOf, answeredBefore }: LedgerRows,
  isRewound: boolean,
): void {
  let expected = 0n;
  for (const era of eras) {
    const own = accepted.filter((row) => row.era === era.no);
    const [opening, newest] = [own[0]?.reading ?? era.opening, own.at(-1)?.reading ?? era.opening];
    // An era of a time that never came opens where the clock was set right, at the one reading that is left of it.
    must(
      isRewound || (own.length > 0 && opening.atMs === era.opening.atMs && sameRaw(opening, era.opening)),
      () => `${meter}: era ${era.no} does not open with its first reading`,
    );
    expected += era.stepMicro ?? 0n;
    // The last readings of an era that ended in a time that never came are not kept: what they showed is.
    if (isRewound && era.baseMicro > expected) expected = era.baseMicro;
    must(
      era.baseMicro === expected,
      () => `${meter}: era ${era.no} begins at ${era.baseMicro}, not ${expected}`,
    );
    expected += microOf(era, newest) - microOf(era, era.opening);
  }
  const newest = boundaries.at(-1);
  if (!newest) return;
  let sum = 0n;
  for (const { slot, quantityMicro, quality } of slots) {
    must(
      quantityMicro !== null && quality !== 'missing',
      () => `${meter}: slot ${slot} has ends and no value`,
    );
    must(quantityMicro >= 0n, () => `${meter}: slot ${slot} is ${quantityMicro}`);
    sum += quantityMicro;
  }
  const answered = answeredBefore(boundaryAt(newest.slot));
  must(
    sum === newest.totalMicro + answered,
    () => `${meter}: slots add up to ${sum}, the register to ${newest.totalMicro}, answers to ${answered}`,
  );
  must(newest.totalMicro <= expected, () => `${meter}: the newest boundary is above the last reading`);
  boundaries.forEach((boundary, i) => {
    const next = boundaries[i + 1];
    if (!next) return;
    must(next.slot === boundary.slot + 1, () => `${meter}: no boundary ${boundary.slot + 1}`);
    must(next.totalMicro >= boundary.totalMicro, () => `${meter}: the total falls at boundary ${next.slot}`);
  });
}

/** Hours without a hole; where both ends are known they add up to the register, elsewhere they are null. */
function checkHours(
  { hours, eras, bySlot, spec, answeredBefore }: LedgerRows,
  { grid }: PlayedScenario,
  tally: Tally,
): void {
  const opening = eras[0]?.opening.atMs;
  const fromMs = opening === undefined ? Number.POSITIVE_INFINITY : grid.hourOf(opening);
  let sum = 0n;
  let beforeMs: number | null = null;
  for (const hour of hours) {
    const at = () => `${spec.meter}: hour ${grid.iso(hour.startMs)}`;
    tally.hours += 1;
    const end = bySlot.get(slotOf(hour.startMs) + 2);
    if (hour.quality === 'withdrawn') {
      tally.withdrawn += 1;
      must(!end, () => `${at()} is withdrawn, though its end is known`);
    } else {
      const gapMs = beforeMs === null ? HOUR : hour.startMs - beforeMs;
      must(gapMs === HOUR, () => `${at()} comes ${gapMs / HOUR} h after the one before`);
      beforeMs = hour.startMs;
    }
    if (hour.startMs < fromMs || !end) {
      must(hour.quality === 'missing' || hour.quality === 'withdrawn', () => `${at()} is ${hour.quality}`);
      must(
        hour.quantityMicro === null && hour.energyMicroKwh === null,
        () => `${at()} is missing and not null`,
      );
      continue;
    }
    must(hour.quantityMicro !== null, () => `${at()} is ${hour.quality} though both ends are known`);
    sum += hour.quantityMicro;
    const register = end.totalMicro + answeredBefore(boundaryAt(end.slot));
    must(sum === register, () => `${at()}: hours add up to ${sum}, the register and answers to ${register}`);
  }
}

/** Each hour's messages: revisions 1, 2, 3 …, each says something new, the newest says what the row says. */
function checkMessages(
  { hours, spec }: LedgerRows,
  { grid }: PlayedScenario,
  sent: readonly HourSent[],
): void {
  const byStart = Map.groupBy(sent, ({ start }) => start);
  const said = ({ seq: _seq, revision: _revision, producedAt: _at, ...rest }: HourSent) =>
    JSON.stringify(rest);
  const decimal = (micro: bigint | null) => (micro === null ? null : Number(formatMicro(micro)));
  for (const hour of hours) {
    const start = grid.iso(hour.startMs);
    const all = byStart.get(start) ?? [];
    byStart.delete(start);
    const at = () => `${spec.meter}: messages of ${start}`;
    all.forEach((message, i) => {
      const before = all[i - 1];
      must(
        message.revision === i + 1,
        () => `${at()} have revisions ${all.map(({ revision }) => revision).join()}`,
      );
      must(!before || said(before) !== said(message), () => `${at()}: revision ${i + 1} says nothing new`);
    });
    const newest = all.at(-1);
    must(newest, () => `${at()}: none was sent`);
    must(
      newest.revision === hour.revision &&
        newest.quality === hour.quality &&
        newest.quantity === decimal(hour.quantityMicro) &&
        newest.kwh === decimal(hour.energyMicroKwh),
      () =>
        `${at()}: ${newest.quantity} ${newest.quality}, but the row ${hour.quantityMicro} ${hour.quality}`,
    );
  }
  must(byStart.size === 0, () => `${spec.meter}: messages without an hour: ${[...byStart.keys()].join()}`);
}

/**
 * Each step of the clock that a process was there to see is told; steps while the time was not known as one, and not
 * at all where they cancel out.
 */
function checkClockSteps({ seenSteps }: PlayedScenario, events: readonly EventRow[]): void {
  const told = events.flatMap(({ kind, detail }) =>
    kind === 'clock-step' ? [Number(detail['stepMs'])] : [],
  );
  const isTold = (ms: number) => told.some((one) => Math.abs(one - ms) < 1_000);
  seenSteps.forEach(({ wallMs, stepMs, known }, i) => {
    const sums = seenSteps.slice(0, i + 1).map((_, from) => seenSteps.slice(from, i + 1));
    const later = seenSteps.slice(i + 1).map((_, n) => seenSteps.slice(i, i + 2 + n));
    const together = [...sums, ...later].map((run) => run.reduce((sum, one) => sum + one.stepMs, 0));
    must(
      isTold(stepMs) || (!known && together.some((sum) => Math.abs(sum) < 31_000 || isTold(sum))),
      () => `the clock was set by ${stepMs} ms at ${new Date(wallMs).toISOString()}, and nobody was told`,
    );
  });
}
