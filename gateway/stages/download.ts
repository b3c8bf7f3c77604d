/** One attempt to bring the coefficients up to date from a source. What was known stays in force if it fails. */
import { CodedError, type Fault } from '../domain/faults.ts';
import type { CoefficientSource, ReceivedDocument } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { Applied, createDocumentApplier } from './apply-document.ts';

export type DownloadResult =
  | { readonly kind: 'applied'; readonly applied: Applied }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'fault'; readonly fault: Fault };

export interface DownloadDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly source: CoefficientSource;
  readonly applier: ReturnType<typeof createDocumentApplier>;
}

function applyReceived(
  { store, clock, source, applier }: DownloadDeps,
  document: ReceivedDocument,
): DownloadResult {
  try {
    const applied = applier.apply(document, clock.now());
    // Only what was applied is remembered as seen: a document that was refused is asked for again.
    store.write(() => store.documents.putDownload(source.name, document.etag, clock.now()));
    return { kind: 'applied', applied };
  } catch (error) {
    if (error instanceof CodedError) return { kind: 'fault', fault: error.fault };
    throw error;
  }
}

export async function downloadOnce(deps: DownloadDeps): Promise<DownloadResult> {
  const known = deps.store.documents.download(deps.source.name);
  const answer = await deps.source.fetch({ etag: known?.etag ?? null });
  if (answer.kind === 'document') return applyReceived(deps, answer.document);
  return answer;
}
