/**
 * coefficient document → rules in force. One transaction: the document as received, as understood, and every hour
 * it can touch queued for weighing. A document that is refused leaves everything as it was.
 */
import { createHash } from 'node:crypto';
import { affectedDays, arrival } from '../domain/coefficients/documents.ts';
import { jstHourStart } from '../domain/coefficients/jst.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { CodedError } from '../domain/faults.ts';
import { isWeighed } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { ReceivedDocument } from '../domain/ports.ts';
import { type EpochMs, HOUR_MS, instant } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

export interface Applied {
  readonly kind: 'new' | 'replaces' | 'same';
  readonly document: CoefficientDocument;
  /** Hours queued to be weighed again. */
  readonly hours: number;
}

/** Events of a transaction that failed never happened. */
function clearingOnFailure<T>(events: EventSink, work: () => T): T {
  try {
    return work();
  } catch (error) {
    events.clear();
    throw error;
  }
}

export function createDocumentApplier(deps: {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly events: EventSink;
  /** Understands the bytes and holds them against the rule set they name; throws a CodedError for what is wrong. */
  readonly read: (bytes: Uint8Array, source: string) => CoefficientDocument;
}) {
  const { store, rules, specs, events, read } = deps;

  function queueHours(previous: CoefficientDocument | null, document: CoefficientDocument): number {
    const weighed = [...specs].filter(([, spec]) => isWeighed(spec.role, spec.channel)).map(([id]) => id);
    let queued = 0;
    for (const date of affectedDays(previous, document)) {
      // A site hour may begin up to an hour before the JST day where the offsets differ by a half-hour.
      const from = instant(jstHourStart(date, 0) - HOUR_MS);
      for (const channelId of weighed) {
        for (const hour of store.hours.within(channelId, from, jstHourStart(date, 24))) {
          store.work.add('weigh', { channelId, startMs: hour.startMs });
          queued += 1;
        }
      }
    }
    return queued;
  }

  return {
    /** @throws CodedError document-…, rule-set-unknown, tight-day-without-factor; nothing was applied then */
    apply(received: ReceivedDocument, nowMs: EpochMs): Applied {
      const document = read(received.bytes, received.source);
      const sha256 = createHash('sha256').update(received.bytes).digest('hex');
      return clearingOnFailure(events, () =>
        store.write(() => {
          const held = store.documents.held(document.area, document.document);
          const outcome = arrival(document, sha256, held);
          if (outcome.kind === 'refused') throw new CodedError(outcome.fault);
          if (outcome.kind === 'same') return { kind: 'same', document, hours: 0 };
          store.documents.putInForce(document, {
            bytes: received.bytes,
            source: received.source,
            sha256,
            atMs: nowMs,
          });
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
              source: received.source,
              sha256,
              hours,
            },
          });
          events.flush(nowMs);
          return { kind: outcome.kind, document, hours };
        }),
      );
    },
  };
}
