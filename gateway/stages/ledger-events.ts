/**
 * Things a person or the cloud should hear of, on their way into the outbox. Events are collected while a stage
 * works and appended in that stage's transaction, so an event exists exactly when its cause does.
 */

import type { DialReading, Reconciliation } from '../domain/ledger/dial.ts';
import { type Era, mayHideWrap, openedWrongly } from '../domain/ledger/era.ts';
import type { Reading } from '../domain/ledger/register.ts';
import { type ChannelSpec, formatRaw } from '../domain/meters.ts';
import { formatFraction, formatMicro } from '../domain/rational.ts';
import { type EventDraft, eventMessage, type Sender } from '../domain/render.ts';
import { type EpochMs, HOUR_MS, type HourGrid } from '../domain/time.ts';
import type { CorrectionRow } from '../store/correction-rows.ts';
import type { Store } from '../store/store.ts';

export interface EventSink {
  /** Inside the transaction of its cause. */
  emit(event: EventDraft): void;
  /** Outside of any: it goes with the next transaction that succeeds. */
  tell(event: EventDraft): void;
  /** One durable transaction: the work, what it emitted, and what was told before. If it fails, nothing of it. */
  write<T>(nowMs: EpochMs, work: () => T): T;
  /** Appends what was emitted; for a transaction that is not made by {@link write}. */
  flush(nowMs: EpochMs): void;
  /** Whether something waits for a transaction. */
  pending(): boolean;
}

/** What a noisy meter or a broken source says again and again: one event about the same thing an hour is enough. */
const ONCE_AN_HOUR: ReadonlySet<EventDraft['kind']> = new Set([
  'transient-reading',
  'above-rating',
  'coefficients-refused',
]);
const REMEMBERED = 1_000;
/** While the disk takes nothing, this many events wait; older ones go first. */
const MAX_TOLD = 100;

function sameThing({ kind, meter, channel, atMs, detail }: EventDraft): string {
  const about = [detail['reason'], detail['source'], detail['fault']].join('/');
  return `${kind}/${meter}/${channel}/${about}/${Math.floor(atMs / HOUR_MS)}`;
}

export function createEventSink(deps: {
  readonly store: Store;
  readonly sender: Sender;
  readonly grid: HourGrid;
  readonly topic: string;
}): EventSink {
  const { store, sender, grid, topic } = deps;
  const said = new Set<string>();
  let drafts: EventDraft[] = [];
  let told: EventDraft[] = [];
  /** What was told and went with the transaction under way. */
  let telling: readonly EventDraft[] = [];
  /** What the transaction under way has said, to be unsaid if it fails. */
  let saying: string[] = [];

  function isNews(draft: EventDraft): boolean {
    if (!ONCE_AN_HOUR.has(draft.kind)) return true;
    const key = sameThing(draft);
    if (said.has(key)) return false;
    if (said.size >= REMEMBERED) said.clear();
    said.add(key);
    saying.push(key);
    return true;
  }

  function flush(nowMs: EpochMs): void {
    saying = [];
    telling = told;
    told = [];
    for (const draft of [...telling, ...drafts].filter(isNews)) {
      store.outbox.append({
        kind: 'event',
        topic,
        payload: (seq) => JSON.stringify(eventMessage(draft, sender, seq, nowMs, grid)),
        about: null,
        createdAtMs: nowMs,
      });
    }
    drafts = [];
  }

  /** Nothing of the transaction happened: what was told waits again, what was emitted will be emitted again. */
  function takeBack(): void {
    drafts = [];
    told = [...telling, ...told].slice(-MAX_TOLD);
    for (const key of saying) said.delete(key);
  }

  return {
    emit: (event) => void drafts.push(event),
    tell: (event) => void (told = [...told.slice(1 - MAX_TOLD), event]),
    flush,
    pending: () => drafts.length > 0 || told.length > 0,
    write(nowMs, work) {
      telling = [];
      saying = [];
      try {
        return store.write(() => {
          const result = work();
          flush(nowMs);
          return result;
        });
      } catch (error) {
        takeBack();
        throw error;
      }
    },
  };
}

const about = (spec: ChannelSpec) => ({ meter: spec.meter, channel: spec.channel });

export const ledgerEvents = {
  aboveRating: (spec: ChannelSpec, reading: Reading): EventDraft => ({
    kind: 'above-rating',
    ...about(spec),
    atMs: reading.atMs,
    text: `${spec.meter}/${spec.channel} rises faster than its rating allows; three readings agree, so it is counted. Check the CT ratio and \`rated:\` in the site file, and whether the meter refreshes its register more rarely than its type says (\`updateMs\`).`,
    detail: {
      register: formatRaw(reading.raw),
      ratedPerHour: formatFraction(spec.ratedPerHour),
      unit: spec.unit,
    },
  }),

  /** What a person said, and what changed by it. */
  corrected(spec: ChannelSpec, row: CorrectionRow, grid: HourGrid): EventDraft {
    const name = `${spec.meter}/${spec.channel}`;
    const said = {
      exchange: `the meter was replaced`,
      reset: 'the register was reset',
      wrap: 'the register passed its end',
      real: 'what the register rose was used',
      ignore: 'nobody knows what passed, and nothing is counted',
      dial: 'the dial was read',
    }[row.kind];
    const looked = row.kind === 'ignore' && row.passedMicro === null;
    const micro = (value: bigint | null) => (value === null ? null : formatMicro(value));
    const passed =
      row.passedMicro === null
        ? ''
        : ` From ${grid.iso(row.fromMs)} to ${grid.iso(row.toMs)} ${micro(row.passedMicro)} ${spec.unit} passed, not ${micro(row.beforeMicro)}.`;
    return {
      kind: 'correction-applied',
      ...about(spec),
      atMs: row.atMs ?? row.toMs,
      text: looked
        ? `${row.by} has looked at what is set in ${spec.meter}: ${row.serial}.`
        : `${row.by} says of ${name}: ${said}.${passed}`,
      detail: {
        correction: row.no,
        by: row.by,
        what: row.kind,
        from: grid.iso(row.fromMs),
        to: grid.iso(row.toMs),
        at: row.atMs === null ? null : grid.iso(row.atMs),
        final: micro(row.finalMicro),
        start: micro(row.startMicro),
        serial: row.serial,
        before: micro(row.beforeMicro),
        passed: micro(row.passedMicro),
        exact: row.exact,
        unit: spec.unit,
      },
    };
  },

  dialRecorded: (spec: ChannelSpec, dial: DialReading, settled: Reconciliation): EventDraft => ({
    kind: 'dial-recorded',
    ...about(spec),
    atMs: dial.atMs,
    text: `The dial of ${spec.meter}/${spec.channel} shows ${formatMicro(dial.dialMicro)} ${spec.unit}.`,
    detail: {
      dial: formatMicro(dial.dialMicro),
      counted: formatMicro(dial.countedMicro),
      filledSpans: settled.fills.length,
      adjustment: formatMicro(settled.adjustmentMicro),
      unit: spec.unit,
    },
  }),

  gap: (spec: ChannelSpec, fromMs: EpochMs, toMs: EpochMs): EventDraft => ({
    kind: 'gap',
    ...about(spec),
    atMs: toMs,
    text:
      spec.keptBy === 'gateway'
        ? `Nobody counted the pulses of ${spec.meter}/${spec.channel} for ${Math.round((toMs - fromMs) / 1000)} s. A dial reading (\`hakaru dial\`) says what passed.`
        : `${spec.meter}/${spec.channel} was not read for ${Math.round((toMs - fromMs) / 1000)} s.`,
    detail: { fromMs, toMs },
  }),

  /** @param before the era before it */
  eraOpened(spec: ChannelSpec, era: Era, after: Reading | null, before?: Era): EventDraft {
    const shown = formatRaw(era.opening.raw);
    const wrongly = openedWrongly(era, before, after);
    const unresolved = era.stepMicro === null && !wrongly;
    const hides = after !== null && mayHideWrap(after, era.opening, era.scale, spec.ratedPerHour);
    const step = era.stepMicro === null ? null : formatMicro(era.stepMicro);
    const texts = {
      first: `${spec.meter}/${spec.channel} begins with its register at ${shown}.`,
      rollover: `The register of ${spec.meter}/${spec.channel} rolled over; ${step} ${spec.unit} passed in between.`,
      'register-change': wrongly
        ? `The very first reading of ${spec.meter}/${spec.channel} (${after ? formatRaw(after.raw) : '?'}) was wrong: it begins with its register at ${shown}. Nothing is lost.`
        : hides
          ? `Nobody read ${spec.meter}/${spec.channel} for so long that its register may have gone once round: it went from ${formatRaw(after.raw)} to ${shown}. Nothing is counted until somebody says: \`hakaru questions\`.`
          : `The register of ${spec.meter}/${spec.channel} went from ${after ? formatRaw(after.raw) : '?'} to ${shown}. What passed in between is not known and counts as nothing. \`hakaru questions\` lists it, and \`hakaru answer\` settles it.`,
      'scale-change': unresolved
        ? `${spec.meter}/${spec.channel} counts with another ratio from here on. What passed since the last reading is not known.`
        : `The description of ${spec.meter}/${spec.channel} was corrected; its counts mean what they meant, and nothing is lost.`,
    };
    return {
      kind: unresolved ? 'step-unresolved' : 'era-opened',
      ...about(spec),
      atMs: era.opening.atMs,
      text: texts[era.cause],
      detail: {
        era: era.no,
        cause: era.cause,
        register: shown,
        registerBefore: after ? formatRaw(after.raw) : null,
        step,
        unit: spec.unit,
      },
    };
  },

  rejected(
    spec: ChannelSpec,
    reading: Reading,
    reason: 'transient' | 'out-of-order' | 'out-of-range',
  ): EventDraft {
    const name = `${spec.meter}/${spec.channel}`;
    const shown = formatRaw(reading.raw);
    const texts = {
      transient: `${name} showed ${shown} once; the readings after it disagree, so it was set aside.`,
      'out-of-order': `A late reading of ${name} does not fit between its neighbours and was set aside.`,
      'out-of-range': `${name} showed ${shown}, which no register can reach; it was thrown away.`,
    };
    return {
      kind: 'transient-reading',
      ...about(spec),
      atMs: reading.atMs,
      text: texts[reason],
      detail: { reason, register: shown },
    };
  },
};
