/**
 * what a person says → audit trail, fills, hours. One transaction: a correction is in force with all it changes, or
 * refused whole. Readings, eras and boundaries are evidence and stay; the hours between the two readings are looked
 * at again, and what comes out different is sent with the next revision. Saying the same twice changes nothing; saying
 * something else replaces the answer and leaves both in the audit trail.
 */
import type { Correction } from '../domain/corrections.ts';
import { CodedError, fault } from '../domain/faults.ts';
import {
  type Declared,
  declare,
  fillsOf,
  type Refused,
  type Step,
  slotsInside,
} from '../domain/ledger/correction.ts';
import { type Fill, filledWithin } from '../domain/ledger/dial.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, plus } from '../domain/time.ts';
import type { CorrectionRow, NewCorrection } from '../store/correction-rows.ts';
import type { Store } from '../store/store.ts';
import { createStepFinder } from './find-step.ts';
import { type EventSink, ledgerEvents } from './ledger-events.ts';
import { createDialRecorder } from './record-dial.ts';
import { settingChange, settleSetting } from './setting-questions.ts';

export interface CorrectorDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  /** By channel id, also of channels that have left the site file. */
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly events: EventSink;
}

export interface Outcome {
  /** `same`: it was in force already, and nothing was changed. */
  readonly kind: 'applied' | 'same';
  readonly row: CorrectionRow;
  /** Hours that are looked at again. */
  readonly hours: number;
}

export interface Corrector {
  /** What would come of it, without writing. @throws CodedError as `apply` does */
  judge(correction: Correction, nowMs: EpochMs): 'applies' | CorrectionRow;
  /**
   * @throws CodedError channel-unknown, correction-in-future, correction-before-opening, exchange-not-read-yet,
   * exchange-final-below, exchange-start-above, correction-implausible, wrap-end-unknown, wrap-end-below, answer-fell,
   * question-unknown, correction-overlaps, correction-evidence-lost, correction-too-early (retryable), and those of a
   * dial reading; nothing was changed then
   */
  apply(correction: Correction, nowMs: EpochMs): Outcome;
}

interface StepPlan {
  readonly kind: 'step';
  readonly step: Step;
  readonly declared: Declared;
  readonly row: NewCorrection;
  readonly fills: readonly Fill[];
}
interface DialPlan {
  readonly kind: 'dial';
  readonly row: NewCorrection;
  readonly said: { readonly dialMicro: bigint; readonly atMs: EpochMs; readonly nextMicro: bigint | null };
}
interface SettingPlan {
  readonly kind: 'setting';
  readonly row: NewCorrection;
  readonly setting: string;
}
type Plan = StepPlan | DialPlan | SettingPlan;

/** Whether two rows say the same of the same stretch. */
function saysTheSame(a: NewCorrection, b: NewCorrection): boolean {
  const said = ({ kind, fromMs, toMs, atMs, finalMicro, startMicro, serial, passedMicro }: NewCorrection) =>
    [kind, fromMs, toMs, atMs, finalMicro, startMicro, serial, kind === 'dial' ? null : passedMicro].join(
      '|',
    );
  return said(a) === said(b);
}

export function createCorrector({ store, grid, specs, events }: CorrectorDeps): Corrector {
  const find = createStepFinder({ store, grid });
  const dials = createDialRecorder({ store, grid, specs, events });

  function channelOf({ meter, channel }: Correction): { id: number; spec: ChannelSpec } {
    const row = store.channels.find(meter, channel);
    const spec = row && specs.get(row.id);
    if (row && spec) return { id: row.id, spec };
    const known = [...specs.values()].map((one) => `${one.meter}/${one.channel}`).join(', ');
    throw new CodedError(fault('channel-unknown', { channel: `${meter}/${channel}`, known }));
  }

  function refuseFuture(atMs: EpochMs, nowMs: EpochMs): void {
    if (atMs <= nowMs) return;
    throw new CodedError(fault('correction-in-future', { at: grid.iso(atMs), now: grid.iso(nowMs) }));
  }

  function refusal(refused: Refused, id: number, spec: ChannelSpec, { from, to }: Step): CodedError {
    const codes = {
      'final-below': 'exchange-final-below',
      'start-above': 'exchange-start-above',
      implausible: 'correction-implausible',
      'no-end': 'wrap-end-unknown',
      'beyond-end': 'wrap-end-below',
      fell: 'answer-fell',
    } as const;
    return new CodedError(
      fault(codes[refused.refused], {
        meter: spec.meter,
        channel: spec.channel,
        said: formatMicro(refused.saidMicro),
        have: formatMicro(refused.haveMicro),
        unit: spec.unit,
        from: grid.iso(from.atMs),
        to: grid.iso(to.atMs),
        changes: find.changes(id),
      }),
    );
  }

  /** What the ledger counts from the first reading to each boundary inside. */
  function foundAt(channelId: number, spec: ChannelSpec, step: Step): Map<number, bigint> {
    const slots = slotsInside(step);
    const first = slots[0];
    const last = slots.at(-1);
    if (first === undefined || last === undefined) return new Map();
    const eras = store.eras.of(channelId);
    const rows = store.boundaries.within(channelId, first, last, eras);
    if (rows.length < slots.length) {
      const about = { meter: spec.meter, channel: spec.channel, at: grid.iso(boundaryAt(last)) };
      throw new CodedError(fault('correction-too-early', about));
    }
    return new Map(rows.map(({ slot, totalMicro }) => [slot, totalMicro - step.fromTotalMicro]));
  }

  function planStep(
    correction: Extract<Correction, { kind: 'exchange' | 'answer' }>,
    nowMs: EpochMs,
  ): StepPlan {
    const { id, spec } = channelOf(correction);
    const { answer } = correction;
    const atMs = answer.kind === 'exchange' ? answer.atMs : null;
    if (atMs !== null) refuseFuture(atMs, nowMs);
    const step =
      correction.kind === 'exchange'
        ? find.near(id, spec, correction.answer.atMs)
        : find.ofEra(id, spec, correction.era);
    if (!step)
      throw new CodedError(
        fault('question-unknown', { id: correction.kind === 'answer' ? `${id}-${correction.era}` : '-' }),
      );
    const span = { fromMs: step.from.atMs, toMs: step.to.atMs };
    const touching = store.corrections.answersTouching(id, span);
    const other = touching.find(({ fromMs, toMs }) => fromMs !== span.fromMs || toMs !== span.toMs);
    if (other) {
      const about = { meter: spec.meter, from: grid.iso(other.fromMs), to: grid.iso(other.toMs) };
      throw new CodedError(fault('correction-overlaps', { ...about, no: other.correctionNo }));
    }
    const declared = declare(step, answer, { ratedPerHour: spec.ratedPerHour, sure: correction.sure });
    if ('refused' in declared) throw refusal(declared, id, spec, step);
    const fills = fillsOf(step, declared, foundAt(id, spec, step), spec.keptBy);
    const before = filledWithin(store.corrections.fillsTouching(id, span), span);
    const row: NewCorrection = {
      ...commonOf(correction, id),
      ...span,
      kind: answer.kind,
      fromMicro: registerMicro(step.from.raw, step.fromScale),
      toMicro: registerMicro(step.to.raw, step.toScale),
      atMs,
      finalMicro: 'finalMicro' in answer ? answer.finalMicro : 'endMicro' in answer ? answer.endMicro : null,
      startMicro: 'startMicro' in answer ? answer.startMicro : null,
      serial: answer.kind === 'exchange' ? answer.serial : null,
      beforeMicro: step.foundMicro + before,
      passedMicro: declared.passedMicro,
      exact: declared.exact,
    };
    return { kind: 'step', step, declared, row, fills };
  }

  function commonOf({ id, by, saidAtMs }: Correction, channelId: number) {
    return { id, by, saidAtMs, channelId };
  }

  /** Of a channel that the gateway counts, an exchange is the end of one dial and the beginning of another. */
  function planDial(correction: Correction, nowMs: EpochMs): DialPlan {
    const { id, spec } = channelOf(correction);
    const said =
      correction.kind === 'exchange'
        ? {
            atMs: correction.answer.atMs,
            dialMicro: correction.answer.finalMicro,
            nextMicro: correction.answer.startMicro,
          }
        : correction.kind === 'dial'
          ? { atMs: correction.atMs, dialMicro: correction.dialMicro, nextMicro: null }
          : null;
    if (!said) throw new Error('an answer is about a step');
    const { atMs, dialMicro, nextMicro } = said;
    refuseFuture(atMs, nowMs);
    const since = store.eras.of(id)[0]?.opening.atMs;
    if (spec.keptBy === 'gateway' && (since === undefined || atMs < since)) {
      const about = { meter: spec.meter, channel: spec.channel, at: grid.iso(atMs) };
      const opened = since === undefined ? '-' : grid.iso(since);
      throw new CodedError(fault('correction-before-opening', { ...about, since: opened }));
    }
    const row: NewCorrection = {
      ...commonOf(correction, id),
      fromMs: atMs,
      toMs: atMs,
      kind: nextMicro === null ? 'dial' : 'exchange',
      fromMicro: null,
      toMicro: null,
      atMs,
      finalMicro: dialMicro,
      startMicro: nextMicro,
      serial: correction.kind === 'exchange' ? correction.answer.serial : null,
      beforeMicro: null,
      passedMicro: null,
      exact: true,
    };
    return { kind: 'dial', row, said };
  }

  function planSetting(correction: Extract<Correction, { kind: 'setting' }>): SettingPlan {
    const { id, spec } = channelOf(correction);
    const change = settingChange(store, spec.meter, correction.setting);
    const asked = `${spec.meter}:${correction.setting}`;
    if (!change) throw new CodedError(fault('question-unknown', { id: asked }));
    const { atMs } = change;
    const row: NewCorrection = {
      ...commonOf(correction, id),
      fromMs: atMs,
      toMs: atMs,
      kind: 'ignore',
      fromMicro: null,
      toMicro: null,
      atMs,
      finalMicro: null,
      startMicro: null,
      serial: `${correction.setting} ${change.before} → ${change.after}`,
      beforeMicro: null,
      passedMicro: null,
      exact: false,
    };
    return { kind: 'setting', row, setting: correction.setting };
  }

  function plan(correction: Correction, nowMs: EpochMs): Plan {
    const { spec } = channelOf(correction);
    if (correction.kind === 'setting') return planSetting(correction);
    const isDial =
      correction.kind === 'dial' || (correction.kind === 'exchange' && spec.keptBy === 'gateway');
    return isDial ? planDial(correction, nowMs) : planStep(correction, nowMs);
  }

  /** The row in force that says the same already, also of a file that comes twice. */
  function alreadySaid({ row, kind }: Plan): CorrectionRow | null {
    const again = store.corrections.byId(row.id);
    if (again) return again;
    const { channelId, fromMs, toMs } = row;
    if (kind === 'setting') return null;
    if (kind === 'dial') {
      const newest = store.corrections
        .all()
        .findLast((one) => one.channelId === channelId && one.fromMs === fromMs && one.toMs === toMs);
      return newest && saysTheSame(newest, row) ? newest : null;
    }
    const answer = store.corrections.answersTouching(channelId, row)[0];
    const inForce = answer ? store.corrections.byNo(answer.correctionNo) : null;
    return inForce && saysTheSame(inForce, row) ? inForce : null;
  }

  function touchHours(channelId: number, fromMs: EpochMs, toMs: EpochMs): number {
    let hours = 0;
    let startMs = grid.hourOf(fromMs);
    for (; startMs < toMs; startMs = grid.hourOf(plus(startMs, HOUR_MS)), hours++)
      store.work.add('close', { channelId, startMs });
    return hours;
  }

  /** Both readings stay for ever: they are the evidence of the answer. */
  function keepEvidence(channelId: number, { from, to, fromEra, toEra }: Step): void {
    store.readings.put(channelId, from, 'accepted', fromEra);
    store.readings.put(channelId, to, 'accepted', toEra);
  }

  function putStep({ step, declared, row, fills }: StepPlan): { no: number; hours: number } {
    const { channelId, fromMs, toMs } = row;
    const before = store.corrections.fillsTouching(channelId, row);
    const no = store.corrections.insert(row);
    keepEvidence(channelId, step);
    store.corrections.answer(channelId, { fromMs, toMs, correctionNo: no, exact: declared.exact }, fills);
    if (specs.get(channelId)?.keptBy === 'gateway') {
      const by = (list: readonly Fill[], atMs: EpochMs) => filledWithin(list, { fromMs, toMs: atMs });
      dials.resettle(channelId, fromMs, (atMs) => by(fills, atMs) - by(before, atMs));
    }
    return { no, hours: touchHours(channelId, fromMs, toMs) };
  }

  function put(planned: Plan, nowMs: EpochMs): { no: number; hours: number } {
    if (planned.kind === 'step') return putStep(planned);
    if (planned.kind === 'setting') {
      const spec = specs.get(planned.row.channelId);
      if (spec) settleSetting(store, spec.meter, planned.setting);
      return { no: store.corrections.insert(planned.row), hours: 0 };
    }
    dials.recordWithin(planned.row.channelId, planned.said, nowMs);
    return { no: store.corrections.insert(planned.row), hours: 0 };
  }

  return {
    judge(correction, nowMs) {
      const planned = plan(correction, nowMs);
      if (planned.kind === 'dial') dials.judge(planned.row.channelId, planned.said, nowMs);
      return alreadySaid(planned) ?? 'applies';
    },
    apply(correction, nowMs) {
      const taken = store.corrections.byId(correction.id);
      if (taken) return { kind: 'same', row: taken, hours: 0 };
      return events.write(nowMs, (): Outcome => {
        const planned = plan(correction, nowMs);
        const same = alreadySaid(planned);
        if (same) return { kind: 'same', row: same, hours: 0 };
        const { no, hours } = put(planned, nowMs);
        const row = { ...planned.row, no };
        const spec = specs.get(row.channelId);
        if (spec) events.emit(ledgerEvents.corrected(spec, row, grid));
        return { kind: 'applied', row, hours };
      });
    },
  };
}
