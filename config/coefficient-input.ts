/** What a coefficient source may bring: a document of ours, or OCCTO's reserve margins. Told by its contents. */
import type { RuleSet } from '../gateway/domain/coefficients/types.ts';
import { isDerived } from '../gateway/domain/margins/tight.ts';
import type { MarginSlot } from '../gateway/domain/margins/types.ts';
import { type ReadDocument, readDocumentText } from './coefficient-document.ts';
import { looksLikeMargins, readMargins } from './coefficient-occto.ts';
import { documentText, refuse } from './coefficient-text.ts';
import { FILE_START } from './places.ts';

export type CoefficientInput =
  | ({ readonly kind: 'document' } & ReadDocument)
  | { readonly kind: 'margins'; readonly slots: readonly MarginSlot[] };

/**
 * @param source shown in faults: an URL, a topic or a file name
 * @throws CodedError document-too-large, document-unreadable, document-invalid, rule-set-unknown,
 * tight-day-without-factor; all but the first with `where`
 */
export function readCoefficientInput(
  bytes: Uint8Array,
  source: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
): CoefficientInput {
  const text = documentText(bytes, source);
  if (looksLikeMargins(text)) return { kind: 'margins', slots: readMargins(text, source) };
  const read = readDocumentText(text, source, ruleSets);
  if (isDerived(read.document))
    throw refuse('document-invalid', source, FILE_START, {
      en: `the name ${read.document.document} is kept for days that the gateway derives itself`,
      ja: `文書名 ${read.document.document} はゲートウェイが自分で導いた日のために使われています`,
    });
  return { kind: 'document', ...read };
}
