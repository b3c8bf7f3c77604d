/**
 * Somebody at the desk: answers what the ledger asks, tells of exchanges by their slips, reads dials, takes an answer
 * back by another one, and says nonsense now and then. What is said waits in the inbox until the gateway has taken it;
 * where the gateway ends between the two, it comes again.
 */
import type { Correction } from '../../../gateway/domain/corrections.ts';
import { CodedError } from '../../../gateway/domain/faults.ts';
import { registerMicro } from '../../../gateway/domain/ledger/register.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { type EpochMs, instant } from '../../../gateway/domain/time.ts';
import type { Corrector } from '../../../gateway/stages/apply-correction.ts';
import { listQuestions, type Question } from '../../../gateway/stages/list-questions.ts';
import type { Store } from '../../../gateway/store/store.ts';
import type { MeterPlan } from './plan-meter.ts';
import { dialAt, type PulsePlan } from './plan-pulse.ts';
import type { Random } from './random.ts';
import type { MeterTruth } from './truth.ts';

/** What a person at the desk does at an instant. */
export interface Saying {
  readonly atMs: number;
  /** `slip`: what truly happened, where it was one exchange or reset; else as `nonsense`. */
  readonly what: 'slip' | 'truth' | 'nonsense' | 'setting';
}

export interface Desk {
  /** What was said and not taken yet. */
  readonly inbox: Correction[];
  /** Answers by their ids: true ones, as far as a person can know. */
  readonly slips: Set<string>;
  readonly outcomes: { applied: number; same: number; refused: number };
  /** @returns whether rows were changed */
  drain(corrector: Corrector, nowMs: EpochMs): boolean;
  /** So many corrections were written. */
  spoken: number;
  /** The gateway ends after it has taken something and before that is out of the inbox. */
  forgets: boolean;
}

export function createDesk(): Desk {
  const outcomes = { applied: 0, same: 0, refused: 0 };
  const again = new Set<string>();
  const desk: Desk = {
    inbox: [],
    slips: new Set(),
    outcomes,
    spoken: 0,
    forgets: false,
    drain(corrector, nowMs) {
      let changed = false;
      const waiting = desk.inbox.splice(0);
      for (const [index, correction] of waiting.entries()) {
        try {
          const { kind } = corrector.apply(correction, nowMs);
          outcomes[kind] += 1;
          changed ||= kind === 'applied';
          if (again.has(correction.id) && kind === 'applied')
            throw new Error(`${correction.id} was applied twice`);
          if (desk.forgets && !again.has(correction.id)) {
            again.add(correction.id);
            desk.inbox.push(...waiting.slice(index));
            return changed;
          }
        } catch (error) {
          if (!(error instanceof CodedError)) {
            // The gateway ends here: it is taken out only after it was written.
            desk.inbox.push(...waiting.slice(index));
            throw error;
          }
          if (error.fault.code === 'correction-too-early') desk.inbox.push(correction);
          else outcomes.refused += 1;
        }
      }
      return changed;
    },
  };
  return desk;
}

interface Meter {
  readonly plan: MeterPlan;
  readonly truth: MeterTruth;
}

interface Office {
  readonly desk: Desk;
  readonly store: Store;
  /** What the gateway knows of its channels. */
  readonly process: {
    readonly specs: readonly ChannelSpec[];
    readonly byId: ReadonlyMap<number, ChannelSpec>;
  };
  readonly random: Random;
  readonly meters: readonly Meter[];
  /** What the clock shows at a true instant. */
  readonly wallAt: (trueMs: number) => number;
  readonly nowMs: EpochMs;
}

function common(office: Office, meter: string) {
  const spec = office.process.specs.find((one) => one.meter === meter);
  if (!spec) throw new Error(`nobody knows ${meter}`);
  office.desk.spoken += 1;
  return {
    id: `said-${office.desk.spoken}`,
    by: 'tanaka',
    saidAtMs: office.nowMs,
    meter,
    channel: spec.channel,
    sure: office.random.chance(300),
  };
}

/** The one turn of the register that lies between the two readings; null where there is none or more. */
function onlyTurn({ plan, truth }: Meter, { fromMs, toMs }: Question, wallAt: Office['wallAt']) {
  const inside = truth.nature.turns.flatMap((turn, index) => {
    const atMs = wallAt(turn.atMs);
    return index > 0 && atMs > fromMs && atMs <= toMs ? [{ turn, index, atMs }] : [];
  });
  const [one, ...more] = inside;
  const isSlip = one && plan.exchanges.some(({ atMs, kind }) => atMs === one.turn.atMs && kind !== 'ct');
  return isSlip && more.length === 0 ? one : null;
}

function slipOf(office: Office, meter: Meter, question: Question): Correction | null {
  const { random, wallAt } = office;
  const found = onlyTurn(meter, question, wallAt);
  const era = Number(question.id.split('-')[1]);
  if (!found) return null;
  const { final, start } = meter.truth.aroundTurn(found.index);
  // By the ratio that held then.
  const eras = office.store.eras.of(Number(question.id.split('-')[0]));
  const [before, after] = [eras[era - 2], eras[era - 1]];
  if (!before || !after) return null;
  const parts = {
    finalMicro: registerMicro(final, before.scale),
    startMicro: registerMicro(start, after.scale),
  };
  const kind = meter.plan.exchanges.find(({ atMs }) => atMs === found.turn.atMs)?.kind;
  const said = common(office, meter.plan.id);
  if (kind === 'reset' && random.chance(500))
    return { ...said, kind: 'answer', era, answer: { kind: 'reset', ...parts } };
  const answer = { kind: 'exchange', atMs: instant(found.atMs), serial: null, ...parts } as const;
  return random.chance(500)
    ? { ...said, kind: 'exchange', answer }
    : { ...said, kind: 'answer', era, answer };
}

function nonsense(office: Office, meter: Meter, question: Question): Correction {
  const { random } = office;
  const said = common(office, meter.plan.id);
  const era = Number(question.id.split('-')[1]);
  const micro = () => BigInt(random.int(0, 2_000_000_000));
  const answer = random.pick([
    { kind: 'real' },
    { kind: 'ignore' },
    { kind: 'wrap', endMicro: random.pick([null, micro()]) },
    { kind: 'reset', finalMicro: random.pick([null, micro()]), startMicro: random.pick([0n, micro()]) },
  ] as const);
  if (random.chance(200)) {
    const atMs = instant(question.fromMs + random.int(-3, 3) * 3_600_000);
    const invented = {
      kind: 'exchange',
      atMs,
      finalMicro: micro(),
      startMicro: micro(),
      serial: 'x',
    } as const;
    return { ...said, kind: 'exchange', answer: invented };
  }
  return { ...said, kind: 'answer', era, answer };
}

/** What a person who knows the meter says of a step without a slip. */
function truthOf(office: Office, meter: Meter, question: Question): Correction {
  const said = common(office, meter.plan.id);
  const era = Number(question.id.split('-')[1]);
  const endMicro = registerMicro({ count: meter.truth.nature.width, exp2: 0 }, question.spec.scale);
  const kinds = {
    fall: { kind: 'wrap', endMicro },
    rollover: { kind: 'wrap', endMicro },
    'hidden-wrap': { kind: 'wrap', endMicro },
    jump: { kind: 'real' },
    ratio: { kind: 'real' },
    opening: { kind: 'ignore' },
  } as const;
  return { ...said, kind: 'answer', era, answer: kinds[question.look] };
}

/** Puts what is said into the inbox. */
export function speak(office: Office, { what }: Saying): void {
  const { desk, store, process, random, meters } = office;
  const { questions, settings } = listQuestions(store, process.byId, random.chance(500));
  if (what === 'setting') {
    const [open] = settings;
    if (open) desk.inbox.push({ ...common(office, open.meter), kind: 'setting', setting: open.setting });
    return;
  }
  const own = questions.filter(({ spec }) => spec.keptBy === 'meter');
  if (own.length === 0) return;
  const question = random.pick(own);
  const meter = meters.find(({ plan }) => plan.id === question.spec.meter);
  if (!meter) return;
  const slip = what === 'slip' ? slipOf(office, meter, question) : null;
  if (slip) desk.slips.add(slip.id);
  desk.inbox.push(slip ?? (what === 'truth' ? truthOf : nonsense)(office, meter, question));
}

/** A dial that was read. */
export function readDial(office: Office, plan: PulsePlan, index: number): void {
  const dial = plan.dials[index];
  if (!dial) return;
  const micro = (pulses: bigint) => registerMicro({ count: pulses, exp2: 0 }, plan.spec.scale);
  const said = common(office, plan.id);
  const atMs = instant(office.wallAt(dial.atMs));
  const dialMicro = micro(dialAt(plan, dial.atMs));
  const answer = dial.next === null ? null : { finalMicro: dialMicro, startMicro: micro(dial.next) };
  office.desk.inbox.push(
    answer
      ? { ...said, kind: 'exchange', answer: { kind: 'exchange', atMs, serial: null, ...answer } }
      : { ...said, kind: 'dial', atMs, dialMicro },
  );
}
