/** Documents that speak for an hour's date or month and do not decide it, each with the reason. */
import { speaksFor, validateDocument } from './documents.ts';
import type { Ground } from './explain-steps.ts';
import type { NamedDocument, PassedOver, PassedOverReason } from './explain-types.ts';
import type { CoefficientDocument, GridArea, Method, RuleSet } from './types.ts';

/** Whether the document has anything to say on the date under either method. */
function saysAnything(document: CoefficientDocument, { date, month }: Ground): boolean {
  return speaksFor(document, date) || speaksForMonth(document, month);
}

function speaksForMonth(document: CoefficientDocument, month: string): boolean {
  return (document.monthly ?? []).some((entry) => entry.month === month);
}

export function keyOf({ area, document, revision }: CoefficientDocument): string {
  return `${area}/${document}/${revision}`;
}

/** What the hour was decided by. */
export interface DecidedBy {
  readonly speaker: CoefficientDocument | null;
  readonly ruleSet: RuleSet | null;
  readonly method: Method;
  readonly area: GridArea;
  readonly at: Ground;
}

/** @param inForce by `area/document`, of each the revision that counts */
export function passedOver(
  documents: readonly CoefficientDocument[],
  inForce: ReadonlyMap<string, CoefficientDocument>,
  { speaker, ruleSet, method, area, at }: DecidedBy,
  named: (document: CoefficientDocument) => NamedDocument,
): PassedOver[] {
  const over = (
    document: CoefficientDocument,
    reason: PassedOverReason,
    by: CoefficientDocument | null = null,
  ): PassedOver => ({
    document: named(document),
    reason,
    by: by && { document: by.document, revision: by.revision },
    fault: null,
  });
  return documents.flatMap((document): PassedOver[] => {
    if (!saysAnything(document, at) || (speaker && keyOf(document) === keyOf(speaker))) return [];
    const now = inForce.get(`${document.area}/${document.document}`) ?? null;
    if (now && now.revision !== document.revision) return [over(document, 'superseded', now)];
    if (document.area !== area) return [over(document, 'other-area')];
    if (document.ruleSet !== ruleSet?.id) return [over(document, 'other-rule-set')];
    const wrong = validateDocument(document, ruleSet);
    if (wrong) return [{ ...over(document, 'breaks-rules'), fault: wrong }];
    const speaks = method === 'monthly' ? speaksForMonth(document, at.month) : speaksFor(document, at.date);
    return [speaks ? over(document, 'issued-earlier', speaker) : over(document, 'other-method')];
  });
}
