/**
 * When a demand alarm rises and falls.
 *
 * A level is raised when the predicted demand has stood at it or above for `holdMs`, or at once when it would be crossed
 * within {@link URGENT_MS} (or has been). It falls when the prediction has stood `hysteresis` below it for `holdMs`, and
 * with the end of its period: each period is a case of its own. What is not known raises nothing and ends nothing.
 */
import type { EpochMs } from '../time.ts';
import { DEMAND_LEVELS, type DemandLevel, type DemandPlan } from './plan.ts';

/** A crossing so near leaves no time for a second look, ms. */
export const URGENT_MS = 120_000;

export interface AlarmState {
  readonly periodMs: EpochMs;
  readonly level: DemandLevel | null;
  readonly sinceMs: EpochMs;
  /** The highest of this period: nobody is told twice of the same. */
  readonly top: DemandLevel | null;
  /** Since when the prediction has stood at each level or above. */
  readonly overMs: Readonly<Partial<Record<DemandLevel, EpochMs>>>;
  /** Since when it has stood below the one in force, hysteresis included. */
  readonly underMs: EpochMs | null;
}

/** `raised` to a level, `eased` to a lower one, `over` when nothing is left of it. */
export interface AlarmChange {
  readonly kind: 'raised' | 'eased' | 'over';
  readonly level: DemandLevel | null;
  readonly before: DemandLevel | null;
  /** Higher than anything before in this period. */
  readonly isNew: boolean;
  /** The period that it is about began then. */
  readonly periodMs: EpochMs;
}

export interface AlarmInput {
  readonly atMs: EpochMs;
  /** Beginning of the running period. */
  readonly periodMs: EpochMs;
  /** What the alarm may rest on; null while it is not known. */
  readonly valueMicro: bigint | null;
  /** Until a level would be crossed, ms; null when it won't be. */
  readonly untilMs: (level: DemandLevel) => number | null;
}

export function quietAlarm(periodMs: EpochMs): AlarmState {
  return { periodMs, level: null, sinceMs: periodMs, top: null, overMs: {}, underMs: null };
}

const rank = (level: DemandLevel | null): number => (level === null ? -1 : DEMAND_LEVELS.indexOf(level));

function raisedTo(plan: DemandPlan, state: AlarmState, input: AlarmInput, overMs: AlarmState['overMs']) {
  const isQuiet = input.atMs - state.periodMs < plan.quietMs;
  return DEMAND_LEVELS.findLast((level) => {
    const since = overMs[level];
    if (since === undefined || rank(level) <= rank(state.level)) return false;
    const untilMs = input.untilMs(level);
    if (untilMs !== null && untilMs <= URGENT_MS) return true;
    return !isQuiet && input.atMs - since >= plan.holdMs;
  });
}

/** The alarm after one more look. */
export function lookAtAlarm(
  plan: DemandPlan,
  before: AlarmState,
  input: AlarmInput,
): { readonly state: AlarmState; readonly changes: readonly AlarmChange[] } {
  const changes: AlarmChange[] = [];
  let state = before;
  if (input.periodMs !== state.periodMs) {
    if (state.level !== null)
      changes.push({
        kind: 'over',
        level: null,
        before: state.level,
        isNew: false,
        periodMs: state.periodMs,
      });
    state = quietAlarm(input.periodMs);
  }
  const { valueMicro, atMs } = input;
  if (valueMicro === null) return { state: { ...state, overMs: {}, underMs: null }, changes };

  const overMs: Partial<Record<DemandLevel, EpochMs>> = {};
  for (const level of DEMAND_LEVELS)
    if (valueMicro >= plan.levelsMicro[level]) overMs[level] = state.overMs[level] ?? atMs;
  const up = raisedTo(plan, state, input, overMs);
  if (up) {
    const isNew = rank(up) > rank(state.top);
    changes.push({ kind: 'raised', level: up, before: state.level, isNew, periodMs: state.periodMs });
    const top = isNew ? up : state.top;
    return { state: { ...state, level: up, sinceMs: atMs, top, overMs, underMs: null }, changes };
  }
  const stays = (level: DemandLevel): boolean => valueMicro >= plan.levelsMicro[level] - plan.hysteresisMicro;
  if (state.level === null || stays(state.level))
    return { state: { ...state, overMs, underMs: null }, changes };
  const underMs = state.underMs ?? atMs;
  // What was crossed in this period stays crossed.
  if (atMs - underMs < plan.holdMs || input.untilMs(state.level) === 0)
    return { state: { ...state, overMs, underMs }, changes };
  const down = DEMAND_LEVELS.findLast((level) => rank(level) < rank(state.level) && stays(level)) ?? null;
  const kind = down === null ? 'over' : 'eased';
  changes.push({ kind, level: down, before: state.level, isNew: false, periodMs: state.periodMs });
  return { state: { ...state, level: down, sinceMs: atMs, overMs, underMs: null }, changes };
}
