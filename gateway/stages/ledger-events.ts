/**
 * Things a person or the cloud should hear of, on their way into the outbox. Events are collected while a stage
 * works and appended in that stage's transaction, so an event exists exactly when its cause does.
 */
import { faultText } from '../domain/faults.ts';
import type { Era } from '../domain/ledger/era.ts';
import type { Reading } from '../domain/ledger/register.ts';
import type { MeterHealth } from '../domain/messages.ts';
import { type ChannelSpec, formatRaw } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import { formatMicro } from '../domain/rational.ts';
import { type EventDraft, eventMessage, type Sender } from '../domain/render.ts';
import { type EpochMs, HOUR_MS, type HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

export interface EventSink {
  emit(event: EventDraft): void;
  /** Appends what was emitted; to be called inside the stage's transaction. */
  flush(nowMs: EpochMs): void;
  /** Whether something waits for a flush. */
  pending(): boolean;
  /** Forgets what was emitted by a transaction that failed. */
  clear(): void;
}

/** A noisy meter may say the same thing each second: one event of such a kind per channel and hour is enough. */
const ONCE_AN_HOUR: ReadonlySet<EventDraft['kind']> = new Set([
  'transient-reading',
  'meter-offline',
  'meter-online',
  'coefficients-refused',
]);
const REMEMBERED = 1_000;

export function createEventSink(deps: {
  readonly store: Store;
  readonly sender: Sender;
  readonly grid: HourGrid;
  readonly topic: string;
}): EventSink {
  const { store, sender, grid, topic } = deps;
  const said = new Set<string>();
  let drafts: EventDraft[] = [];
  return {
    emit(event) {
      if (ONCE_AN_HOUR.has(event.kind)) {
        const key = `${event.kind}/${event.meter}/${event.channel}/${Math.floor(event.atMs / HOUR_MS)}`;
        if (said.has(key)) return;
        if (said.size >= REMEMBERED) said.clear();
        said.add(key);
      }
      drafts.push(event);
    },
    flush(nowMs) {
      for (const draft of drafts) {
        store.outbox.append({
          kind: 'event',
          topic,
          payload: (seq) => JSON.stringify(eventMessage(draft, sender, seq, nowMs, grid)),
          about: null,
          createdAtMs: nowMs,
        });
      }
      drafts = [];
    },
    pending: () => drafts.length > 0,
    clear() {
      drafts = [];
    },
  };
}

/** A meter that stops answering for good, or answers again. `failing` is passing trouble and says nothing. */
export function meterEvents(
  poll: MeterPoll,
  health: { readonly before: MeterHealth; readonly after: MeterHealth },
): EventDraft[] {
  const about = { meter: poll.meter, channel: null, atMs: poll.atMs };
  if (health.after === 'offline') {
    const why = poll.fault ? faultText(poll.fault) : '';
    return [
      {
        kind: 'meter-offline',
        ...about,
        text: `${poll.meter} does not answer. ${why}`,
        detail: { fault: poll.fault?.code ?? null },
      },
    ];
  }
  if (health.before === 'offline') {
    return [{ kind: 'meter-online', ...about, text: `${poll.meter} answers again.`, detail: {} }];
  }
  return [];
}

const about = (spec: ChannelSpec) => ({ meter: spec.meter, channel: spec.channel });

export const ledgerEvents = {
  gap: (spec: ChannelSpec, fromMs: EpochMs, toMs: EpochMs): EventDraft => ({
    kind: 'gap',
    ...about(spec),
    atMs: toMs,
    text: `${spec.meter}/${spec.channel} was not read for ${Math.round((toMs - fromMs) / 1000)} s.`,
    detail: { fromMs, toMs },
  }),

  eraOpened(spec: ChannelSpec, era: Era, after: Reading | null): EventDraft {
    const shown = formatRaw(era.opening.raw);
    const unresolved = era.stepMicro === null;
    const step = era.stepMicro === null ? null : formatMicro(era.stepMicro);
    const texts = {
      first: `${spec.meter}/${spec.channel} begins with its register at ${shown}.`,
      rollover: `The register of ${spec.meter}/${spec.channel} rolled over; ${step} ${spec.unit} passed in between.`,
      'register-change': `The register of ${spec.meter}/${spec.channel} went from ${after ? formatRaw(after.raw) : '?'} to ${shown}. What passed in between is not known and counts as nothing until somebody says.`,
      'scale-change': `${spec.meter}/${spec.channel} counts with another ratio from here on. What passed since the last reading is not known.`,
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
