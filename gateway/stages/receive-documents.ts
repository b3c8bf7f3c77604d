/**
 * What a coefficient source gave → a row with its bytes → rules in force, margins, or a refusal.
 *
 * A row is written before anything in it is believed, so that what came can be looked at whatever became of it, and a
 * crash loses nothing: rows that wait are judged by the next turn. Judging one is one transaction: the document with
 * what it changes and the row's outcome, or the refusal with its event.
 */
import { createHash } from 'node:crypto';
import type { CoefficientDocument } from '../domain/coefficients/types.ts';
import { aboutText, CodedError, type Fault, faultText, type Said } from '../domain/faults.ts';
import { type MarginSlot, marginDays } from '../domain/margins/types.ts';
import type { ReceivedDocument, SourceKind } from '../domain/ports.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ReceivedOutcome, WaitingRow } from '../store/received-rows.ts';
import type { Store } from '../store/store.ts';
import type { Applied, DocumentPlacer } from './apply-document.ts';
import type { EventSink } from './ledger-events.ts';

/** Rows that one call judges. */
const MAX_A_TURN = 16;

/** Which source, as {@link CoefficientSource} names itself. */
export interface SourceName {
  readonly name: string;
  readonly kind: SourceKind;
}

/** What the bytes say. */
export type Input =
  /** `where`: the place of its revision, line and column. */
  | { readonly kind: 'document'; readonly document: CoefficientDocument; readonly where: Said }
  | { readonly kind: 'margins'; readonly slots: readonly MarginSlot[] };

/** What became of one row. */
export interface Settled {
  readonly id: number;
  readonly source: SourceName;
  readonly item: string;
  readonly outcome: Exclude<ReceivedOutcome, 'waiting'>;
  readonly fault: Fault | null;
  /** Of a document. */
  readonly applied: Applied | null;
}

export interface Receiver {
  /** Writes down what came; it waits to be judged. @returns the id of its row */
  keep(source: SourceName, received: ReceivedDocument, nowMs: EpochMs): number;
  /** Judges what waits, the oldest first. @returns what became of each */
  settle(nowMs: EpochMs): readonly Settled[];
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `kyushu/kyushu-2026-11 revision 2` */
export function nameOf({ area, document, revision }: CoefficientDocument): string {
  return `${area}/${document} revision ${revision}`;
}

function marginsSay(slots: readonly MarginSlot[]): string {
  const dates = slots.map(({ date }) => date).sort();
  return `reserve margins ${dates[0]} to ${dates.at(-1)}`;
}

export function createReceiver(deps: {
  readonly store: Store;
  readonly events: EventSink;
  readonly placer: DocumentPlacer;
  /** Understands the bytes and holds them against the rule set they name; throws a CodedError for what is wrong. */
  readonly read: (bytes: Uint8Array, source: string) => Input;
}): Receiver {
  const { store, events, placer, read } = deps;

  /** Inside the transaction of what it tells. */
  function close(row: WaitingRow, settled: Settled, says: string | null, nowMs: EpochMs): void {
    const { outcome, fault } = settled;
    const keepsBytes = outcome === 'refused' || outcome === 'stored';
    store.received.settle(row.id, { outcome, fault, says, keepsBytes });
    store.sources.put(settled.source, { outcome, fault, atMs: nowMs });
    // What was refused is asked for again: the next answer may be right.
    if (outcome !== 'refused') store.documents.putDownload(row.source, row.validator, nowMs);
    store.received.trim();
  }

  function refuse(row: WaitingRow, settled: Settled, problem: Fault, nowMs: EpochMs): Settled {
    const refused: Settled = { ...settled, outcome: 'refused', fault: problem };
    // The same bytes, refused for the same reason, are no news: a broker hands a retained message on each connection.
    const isNews = row.fault?.code !== problem.code || row.times === 1;
    events.write(nowMs, () => {
      if (isNews) events.emit(refusal(row, problem, nowMs));
      close(row, refused, row.says, nowMs);
    });
    return refused;
  }

  function judge(row: WaitingRow, nowMs: EpochMs): Settled {
    const { id, item, bytes, sha256 } = row;
    const settled: Settled = {
      id,
      item,
      source: { name: row.source, kind: row.kind },
      outcome: 'stored',
      fault: null,
      applied: null,
    };
    let where: Said | null = null;
    try {
      const input = read(bytes, item);
      if (input.kind === 'document') {
        const { document } = input;
        where = input.where;
        let outcome: Settled = settled;
        const name = nameOf(document);
        placer.put({ document, bytes, sha256, source: item }, nowMs, (applied) => {
          outcome = { ...settled, outcome: applied.kind === 'same' ? 'same' : 'applied', applied };
          close(row, outcome, name, nowMs);
        });
        return outcome;
      }
      events.write(nowMs, () => {
        store.margins.put(marginDays(input.slots), id, row.lastAtMs);
        close(row, settled, marginsSay(input.slots), nowMs);
      });
      return settled;
    } catch (error) {
      if (error instanceof CodedError) return refuse(row, settled, placed(error.fault, where), nowMs);
      throw error;
    }
  }

  return {
    keep: ({ name, kind }, { bytes, source, etag }, nowMs) =>
      store.write(() =>
        store.received.put({
          source: name,
          kind,
          item: source,
          sha256: sha256Of(bytes),
          bytes,
          validator: etag,
          atMs: nowMs,
        }),
      ),
    settle: (nowMs) => store.received.waiting(MAX_A_TURN).map((row) => judge(row, nowMs)),
  };
}

/** Read well and refused beside what is in force: that has its place where the revision stands. */
function placed(problem: Fault, where: Said | null): Fault {
  return where === null || 'where' in problem.about
    ? problem
    : { ...problem, about: { ...problem.about, where } };
}

function refusal(row: WaitingRow, problem: Fault, atMs: EpochMs) {
  return {
    kind: 'coefficients-refused',
    meter: null,
    channel: null,
    atMs,
    text: faultText(problem),
    detail: {
      fault: problem.code,
      source: row.item,
      where: aboutText(problem, 'where'),
      reason: aboutText(problem, 'reason')?.slice(0, 200) ?? null,
      sha256: row.sha256,
      received: row.id,
    },
  } as const;
}
