/**
 * What is left to do after a damaged database was salvaged (store/salvage.ts): an event tells what was lost, numbers
 * of messages that nobody can send any more get tombstones, and every hour is looked at again, so that what can be
 * derived is derived. One transaction; it happens once.
 *
 * A consumer orders by (generation, revision), and the generation is new. So buckets that were sent stand as they are,
 * whatever is sent from now on wins, and only what differs or cannot be shown to have been sent is sent again.
 */
import { type EventDraft, eventMessage, type Sender } from '../domain/render.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant } from '../domain/time.ts';
import { SALVAGED_FACT } from '../store/salvage.ts';
import type { SalvageReport } from '../store/salvage-report.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

/** More lost messages than this get no tombstones: the event names the stretch instead. */
const MAX_TOMBSTONES = 1_000;

export interface AfterSalvageDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly sender: Sender;
  readonly events: EventSink;
  readonly eventTopic: string;
}

function told(report: SalvageReport, generation: number, atMs: EpochMs): EventDraft {
  const lossy = Object.entries(report.tables).filter(([, { refused, gaps }]) => refused > 0 || gaps > 0);
  const words = lossy.map(
    ([name, { kept, refused, gaps }]) => `${name}: ${kept} kept, ${refused} senseless, ${gaps} gaps`,
  );
  const detail: Record<string, string | number | null> = {
    aside: report.aside,
    reason: report.reason,
    generationBefore: report.generationBefore,
    seqFrom: report.lastSeq + 1,
    lostMessages: report.lostSeqs.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    lostFromSeq: report.lostSeqs[0]?.first ?? null,
    lostToSeq: report.lostSeqs.at(-1)?.last ?? null,
  };
  for (const [name, of] of Object.entries(report.tables)) {
    detail[`${name}.kept`] = of.kept;
    detail[`${name}.refused`] = of.refused;
    detail[`${name}.gaps`] = of.gaps;
  }
  return {
    kind: 'ledger-salvaged',
    meter: null,
    channel: null,
    atMs,
    text: `The database was damaged (${report.reason}) and was set aside as ${report.aside ?? '?'}; what could be read of it begins generation ${generation}. ${
      words.length > 0 ? `Not everything could be read: ${words.join('; ')}.` : 'Every row could be read.'
    } Messages go on with seq ${report.lastSeq + 1}.`,
    detail,
  };
}

/** To be called inside the transaction that makes the gateway's identity. */
export function workOffSalvage(deps: AfterSalvageDeps, nowMs: EpochMs): void {
  const { store, grid, sender, events } = deps;
  const text = store.facts.get(SALVAGED_FACT);
  if (text === null) return;
  const report = JSON.parse(text) as SalvageReport;
  store.facts.remove(SALVAGED_FACT);
  events.emit(told(report, sender.generation, nowMs));

  const lost = report.lostSeqs.flatMap(({ first, last }) =>
    Array.from({ length: Math.min(last - first + 1, MAX_TOMBSTONES + 1) }, (_, n) => first + n),
  );
  if (lost.length > MAX_TOMBSTONES) {
    for (const { first, last } of report.lostSeqs) store.outbox.acknowledge(first, last, nowMs);
  } else {
    for (const seq of lost) {
      const draft = {
        kind: 'tombstone',
        meter: null,
        channel: null,
        atMs: nowMs,
        text: `Message ${seq} was lost with a damaged database; this event stands in its place.`,
        detail: { topic: null, reason: 'lost with a damaged database', revision: null },
      } as const;
      store.outbox.putAt(seq, {
        kind: 'event',
        topic: deps.eventTopic,
        payload: (own) => JSON.stringify(eventMessage(draft, sender, own, nowMs, grid)),
        about: null,
        createdAtMs: nowMs,
      });
    }
  }
  for (const { id, sinceMs, nextHourMs } of store.channels.all()) {
    store.work.addAllOf('weigh', id);
    // Only where there is evidence: a bucket that outlived its readings is worth more than none.
    if (store.eras.of(id).length === 0) continue;
    let hourMs = grid.hourOf(sinceMs);
    for (; hourMs < nextHourMs; hourMs = grid.hourOf(instant(hourMs + HOUR_MS)))
      if (store.hours.find(id, hourMs) === null) store.work.add('close', { channelId: id, startMs: hourMs });
  }
}
