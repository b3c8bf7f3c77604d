/** What the ledger asks of people: steps whose amount nobody knows, and readings that contradict what was seen. */
import { type Era, mayHideWrap, openedWrongly } from '../domain/ledger/era.ts';
import { type Reading, registerMicro } from '../domain/ledger/register.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { EpochMs } from '../domain/time.ts';
import type { StepLook } from '../domain/validation/questions.ts';
import type { CorrectionRow } from '../store/correction-rows.ts';
import type { Store } from '../store/store.ts';
import { marked } from './channel-book.ts';
import { openSettingChanges, type SettingChange } from './setting-questions.ts';

export interface Question extends Span {
  /** `<channel>-<era>`: what `hakaru answer` takes. */
  readonly id: string;
  readonly spec: ChannelSpec;
  readonly look: StepLook;
  /** What the register showed before and after, micro-units; null where the reading is no longer there. */
  readonly fromMicro: bigint | null;
  readonly toMicro: bigint;
  /** What the ledger counts there by itself; null while it knows nothing. */
  readonly foundMicro: bigint | null;
  /** The answer in force. */
  readonly answer: CorrectionRow | null;
}

/** Readings that contradict the last accepted one and are not yet three that agree. */
export interface Doubt {
  readonly spec: ChannelSpec;
  readonly sinceMs: EpochMs;
  readonly readings: number;
  readonly lastMicro: bigint;
  readonly shownMicro: bigint;
}

export interface Asked {
  readonly questions: readonly Question[];
  readonly doubts: readonly Doubt[];
  /** CT or VT set in a meter, answered by `METER:SETTING`. */
  readonly settings: readonly (SettingChange & { readonly meter: string })[];
}

/** `ratio`: it counts with another ratio from there on; `opening`: the first reading of all was wrong. */
function lookOf(
  spec: ChannelSpec,
  { cause, ...era }: Era,
  before: { readonly reading: Reading; readonly era: Era } | null,
  fromMicro: bigint | null,
  toMicro: bigint,
): StepLook {
  const { opening, scale } = era;
  if (before && openedWrongly({ cause, ...era }, before.era, before.reading)) return 'opening';
  if (cause === 'register-change' && before && fromMicro !== null && toMicro >= fromMicro)
    return mayHideWrap(before.reading, opening, scale, spec.ratedPerHour) ? 'hidden-wrap' : 'jump';
  if (cause === 'scale-change') return 'ratio';
  if (cause === 'rollover') return 'rollover';
  return fromMicro === null || toMicro < fromMicro ? 'fall' : 'jump';
}

function questionsOf(store: Store, channelId: number, spec: ChannelSpec): Question[] {
  const eras = store.eras.of(channelId);
  return store.eras.steps(channelId).flatMap(({ era: no, fromMs, toMs }) => {
    const era = eras[no - 1];
    if (!era) return [];
    const before = marked(eras, store.readings.acceptedAtOrBefore(channelId, fromMs));
    const fromMicro = before && registerMicro(before.reading.raw, before.era.scale);
    const toMicro = registerMicro(era.opening.raw, era.scale);
    const said = store.corrections
      .answersTouching(channelId, { fromMs, toMs })
      .find((answer) => answer.fromMs === fromMs);
    return [
      {
        id: `${channelId}-${no}`,
        spec,
        fromMs,
        toMs,
        look: lookOf(spec, era, before, fromMicro, toMicro),
        fromMicro,
        toMicro,
        foundMicro: era.stepMicro,
        answer: said ? store.corrections.byNo(said.correctionNo) : null,
      },
    ];
  });
}

function doubtOf(store: Store, channelId: number, spec: ChannelSpec): Doubt[] {
  const head = marked(store.eras.of(channelId), store.readings.head(channelId));
  if (!head) return [];
  const pending = store.readings.pendingAfter(channelId, head.reading.atMs);
  const [first] = pending;
  const last = pending.at(-1);
  if (!first || !last) return [];
  return [
    {
      spec,
      sinceMs: first.atMs,
      readings: pending.length,
      lastMicro: registerMicro(head.reading.raw, head.era.scale),
      shownMicro: registerMicro(last.raw, spec.scale),
    },
  ];
}

/** @param all also what is answered, and what the ledger settled itself: every answer may be replaced */
export function listQuestions(store: Store, specs: ReadonlyMap<number, ChannelSpec>, all: boolean): Asked {
  const channels = [...specs].toSorted(([a], [b]) => a - b);
  // Of a channel that began with a wrong reading nothing is lost but some seconds of its first hour.
  const isOpen = ({ foundMicro, answer, look }: Question) =>
    foundMicro === null && answer === null && look !== 'opening';
  return {
    questions: channels
      .flatMap(([id, spec]) => questionsOf(store, id, spec))
      .filter((question) => all || isOpen(question))
      .toSorted((a, b) => a.toMs - b.toMs),
    doubts: channels.flatMap(([id, spec]) => doubtOf(store, id, spec)),
    settings: openSettingChanges(store),
  };
}
