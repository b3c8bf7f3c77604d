/** What a document would do, before anybody decides: nothing is written. */
import { arrival } from '../domain/coefficients/documents.ts';
import type { CoefficientRules } from '../domain/coefficients/types.ts';
import { CodedError } from '../domain/faults.ts';
import { marginDays } from '../domain/margins/types.ts';
import { changesOf, type Preview } from '../domain/sources/change.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { type Input, sha256Of } from './receive-documents.ts';

/** @throws CodedError what refuses the document */
export function previewDocument(
  deps: {
    readonly store: Store;
    readonly rules: CoefficientRules;
    readonly read: (bytes: Uint8Array, source: string) => Input & { readonly isWhole?: boolean };
  },
  bytes: Uint8Array,
  source: string,
  nowMs: EpochMs,
): Preview {
  const { store, rules, read } = deps;
  const sha256 = sha256Of(bytes);
  const input = read(bytes, source);
  if (input.kind === 'margins') {
    const days = marginDays(input.slots).filter(({ area }) => area === rules.area);
    return { kind: 'margins', sha256, days };
  }
  const { document, isWhole = true } = input;
  const held = store.documents.held(document.area, document.document);
  const outcome = arrival(document, sha256, held, nowMs);
  if (outcome.kind === 'refused') throw new CodedError(outcome.fault);
  const applies = document.area === rules.area;
  const documents = store.documents.inForce(rules.area);
  const days =
    applies && outcome.kind !== 'same'
      ? changesOf({ ...rules, documents }, held?.parsed ?? null, document)
      : [];
  return { kind: 'document', sha256, document, arrival: outcome.kind, applies, days, isWhole };
}
