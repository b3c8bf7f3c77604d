/** The page's way to the coefficient intake, and what it shows of it. */
import type { CoefficientIntake } from './coefficient-intake.ts';
import type { DocumentDesk } from './dashboard/document-desk.ts';
import { dateOf, jstDay } from './domain/coefficients/jst.ts';
import type { GridArea } from './domain/coefficients/types.ts';
import type { PublishedMargin } from './domain/margins/types.ts';
import type { Store } from './store/store.ts';

/** Rows that are shown. */
const RECEIVED = 20;
/** Days of margins that are shown, before and after today. */
const [BACK_DAYS, AHEAD_DAYS] = [1, 7];

function newestOfEachDay(margins: readonly PublishedMargin[]): readonly PublishedMargin[] {
  return [...new Map(margins.map((margin) => [margin.date, margin])).values()];
}

export function createDocumentDesk(store: Store, area: GridArea, intake: CoefficientIntake): DocumentDesk {
  return {
    sources(nowMs) {
      const said = new Map(store.sources.all().map((row) => [row.name, row]));
      const today = jstDay(nowMs);
      const margins = store.margins.within(area, dateOf(today - BACK_DAYS), dateOf(today + AHEAD_DAYS));
      return {
        sources: intake.sources.map(({ name, kind }) => ({ name, kind, said: said.get(name) ?? null })),
        received: store.received.newest(RECEIVED),
        margins: newestOfEachDay(margins),
        cover: intake.cover(),
      };
    },
    preview: (bytes, name) => intake.preview(bytes, name),
    apply(bytes, name, sha256) {
      const { outcome, applied, fault } = intake.applyByHand(bytes, name, sha256);
      return { outcome, hours: applied?.hours ?? 0, fault };
    },
  };
}
