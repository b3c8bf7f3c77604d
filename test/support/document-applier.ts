/** A document from its bytes into force, without the row and the judgement of what came from a source. */
import type { CoefficientDocument } from '../../gateway/domain/coefficients/types.ts';
import type { ReceivedDocument } from '../../gateway/domain/ports.ts';
import type { EpochMs } from '../../gateway/domain/time.ts';
import { type Applied, createDocumentPlacer, type PlacerDeps } from '../../gateway/stages/apply-document.ts';
import { sha256Of } from '../../gateway/stages/receive-documents.ts';

/** @param deps `read` understands the bytes and throws a CodedError for what is wrong */
export function createDocumentApplier(
  deps: PlacerDeps & { readonly read: (bytes: Uint8Array, source: string) => CoefficientDocument },
) {
  const placer = createDocumentPlacer(deps);
  return {
    /** @throws CodedError what refuses it; nothing was applied then */
    apply({ bytes, source }: ReceivedDocument, nowMs: EpochMs): Applied {
      const document = deps.read(bytes, source);
      return placer.put({ document, bytes, sha256: sha256Of(bytes), source }, nowMs);
    },
  };
}
