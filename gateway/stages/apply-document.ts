/**
 * coefficient document → rules in force. One transaction: the document as received, as understood, and every hour
 * it can touch queued for weighing. A document that is refused leaves everything as it was.
 */
import { affectedDays, arrival } from '../domain/coefficients/documents.ts';
import { jstHourStart } from '../domain/coefficients/jst.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { CodedError } from '../domain/faults.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

export interface Applied {
  readonly kind: 'new' | 'replaces' | 'same';
  readonly document: CoefficientDocument;
  /** Hours of the site that are weighed again, whatever the number of meters. */
  readonly hours: number;
}

/** A document with the bytes it was understood from. */
export interface Understood {
  readonly document: CoefficientDocument;
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly sha256: string;
  readonly source: string;
}

export interface DocumentPlacer {
  /**
   * @param also done in the same transaction
   * @throws CodedError document-older, document-conflict; nothing was applied then
   */
  put(understood: Understood, nowMs: EpochMs, also?: (applied: Applied) => void): Applied;
}

export interface PlacerDeps {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
}

export function createDocumentPlacer(deps: PlacerDeps): DocumentPlacer {
  const { store, rules, events } = deps;

  function queueHours(previous: CoefficientDocument | null, document: CoefficientDocument): number {
    let queued = 0;
    for (const date of affectedDays(previous, document)) {
      queued += store.hourWork.weighWithin(jstHourStart(date, 0), jstHourStart(date, 24));
    }
    return queued;
  }

  function place({ document, bytes, sha256, source }: Understood, nowMs: EpochMs): Applied {
    const held = store.documents.held(document.area, document.document);
    const outcome = arrival(document, sha256, held, nowMs);
    if (outcome.kind === 'refused') throw new CodedError(outcome.fault);
    if (outcome.kind === 'same') return { kind: 'same', document, hours: 0 };
    store.documents.putInForce(document, { bytes, source, sha256, atMs: nowMs });
    const hours = document.area === rules.area ? queueHours(held?.parsed ?? null, document) : 0;
    events.emit({
      kind: 'coefficients-applied',
      meter: null,
      channel: null,
      atMs: nowMs,
      text: `Coefficient document ${document.document} revision ${document.revision} for ${document.area} applies; ${hours} hours are weighed again.`,
      detail: {
        document: document.document,
        revision: document.revision,
        area: document.area,
        source,
        sha256,
        hours,
      },
    });
    return { kind: outcome.kind, document, hours };
  }

  return {
    put: (understood, nowMs, also) =>
      events.write(nowMs, (): Applied => {
        const applied = place(understood, nowMs);
        also?.(applied);
        return applied;
      }),
  };
}
