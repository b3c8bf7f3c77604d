/** reserve margins + announcements → derived documents, where the site file names the rule that decides. */
import { ruleSetOn } from '../domain/coefficients/choices.ts';
import { dateOf, jstDate, jstDay } from '../domain/coefficients/jst.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { deriveTightDays, isDerived, type MarginRule } from '../domain/margins/tight.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { DocumentPlacer } from './apply-document.ts';
import { sha256Of } from './receive-documents.ts';

/** Days that are looked at again: a margin or a correction that comes later than that changes nothing. */
const BACK_DAYS = 60;
const AHEAD_DAYS = 8;

/** A derived document has no bytes of a sender: what is kept is what it says. */
function bytesOf(document: CoefficientDocument): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

export interface TightDeriver {
  /** Puts in force what must be. @returns the documents */
  derive(nowMs: EpochMs): readonly CoefficientDocument[];
}

export function createTightDeriver(deps: {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly placer: DocumentPlacer;
  /** null: nothing is derived, and what was is taken back. */
  readonly rule: MarginRule | null;
}): TightDeriver {
  const { store, rules, placer, rule } = deps;
  return {
    derive(nowMs) {
      const documents = store.documents.inForce(rules.area);
      const ruleSet = ruleSetOn(jstDate(nowMs), rules.ruleSets, rules.ruleSetChoice);
      // A tight day without a factor is refused wherever it comes from.
      const able = ruleSet !== null && ruleSet.values.tight !== null;
      if (!able || (rule === null && !documents.some(isDerived))) return [];
      const today = jstDay(nowMs);
      const [from, to] = [dateOf(today - BACK_DAYS), dateOf(today + AHEAD_DAYS)];
      const margins = store.margins.within(rules.area, from, to);
      const derived = deriveTightDays({
        area: rules.area,
        ruleSet: ruleSet.id,
        rule,
        documents,
        margins,
        from,
        to,
      });
      for (const document of derived) {
        const bytes = bytesOf(document);
        placer.put(
          { document, bytes, sha256: sha256Of(bytes), source: 'derived from reserve margins' },
          nowMs,
        );
      }
      return derived;
    },
  };
}
