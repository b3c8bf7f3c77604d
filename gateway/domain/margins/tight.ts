/**
 * Tight days out of reserve margins. Nothing of it is applied unless the site file names the publication that decides
 * and the threshold: neither is sourced well enough (facts of config/occto.yaml).
 *
 * Margins say nothing about curtailment, so they cannot confirm a day by themselves. A derived document therefore
 * repeats what the announcements in force say of the day and adds that it is tight; while no announcement speaks for
 * the day nothing is derived, and the margin waits.
 */
import { datesOf, jstHourStart } from '../coefficients/jst.ts';
import type { CoefficientDocument, GridArea } from '../coefficients/types.ts';
import { type EpochMs, instant } from '../time.ts';
import { clockOf, type PublishedMargin, percentText } from './types.ts';

/** Which publication decides a day: the last one that came between two JST hours, counted from the day's midnight. */
export interface Publication {
  readonly id: string;
  /** Hours from 00:00 of the day itself; negative before it. */
  readonly fromHour: number;
  readonly toHour: number;
}

/** As the site file switches it on. */
export interface MarginRule {
  readonly publication: Publication;
  /** A day is tight when its lowest 広域予備率 is below this, 10⁻⁴ %. */
  readonly belowTenThousandths: number;
}

/** Every derived document's id begins so; people cannot import one ({@link isDerived}). */
export const DERIVED_PREFIX = 'derived-tight-';

export function isDerived(document: Pick<CoefficientDocument, 'document'>): boolean {
  return document.document.startsWith(DERIVED_PREFIX);
}

/** The margin that decides a day, null while it has not come. */
export function decidingMargin(
  margins: readonly PublishedMargin[],
  area: GridArea,
  date: string,
  { publication }: MarginRule,
): PublishedMargin | null {
  const fromMs = jstHourStart(date, publication.fromHour);
  const toMs = jstHourStart(date, publication.toHour);
  let found: PublishedMargin | null = null;
  for (const margin of margins) {
    if (margin.area !== area || margin.date !== date) continue;
    if (margin.receivedAtMs < fromMs || margin.receivedAtMs >= toMs) continue;
    if (found === null || margin.receivedAtMs >= found.receivedAtMs) found = margin;
  }
  return found;
}

export function isTight(margin: PublishedMargin | null, rule: MarginRule): boolean {
  return margin?.lowestTenThousandths != null && margin.lowestTenThousandths < rule.belowTenThousandths;
}

/** Of announcements for one date the one issued last speaks, then the higher document id. */
function speakerOf(announcements: readonly CoefficientDocument[], date: string): CoefficientDocument | null {
  let speaker: CoefficientDocument | null = null;
  for (const document of announcements) {
    if (!document.complete.some(({ from, to }) => from <= date && date <= to)) continue;
    const isLater =
      speaker === null ||
      document.issuedAt > speaker.issuedAt ||
      (document.issuedAt === speaker.issuedAt && document.document > speaker.document);
    if (isLater) speaker = document;
  }
  return speaker;
}

function sourceText(
  speaker: CoefficientDocument,
  margin: PublishedMargin | null,
  rule: MarginRule | null,
): string {
  const base = `${speaker.document} revision ${speaker.revision}`;
  if (!rule || !margin || margin.lowestTenThousandths === null || margin.lowestEndMinute === null)
    return `${base}; nothing is derived from reserve margins any more`;
  const lowest = percentText(margin.lowestTenThousandths);
  const until = clockOf(margin.lowestEndMinute);
  return `${base}, and OCCTO reserve margins (${rule.publication.id}): 広域予備率 ${lowest} % in the half-hour until ${until}, threshold ${percentText(rule.belowTenThousandths)} %. The rule is not verified.`;
}

/** What a derived document says, without its revision. */
function says(document: CoefficientDocument): string {
  const { revision: _, issuedAt: __, ...rest } = document;
  return JSON.stringify(rest);
}

export interface DerivingInput {
  readonly area: GridArea;
  readonly ruleSet: string;
  /** null: the switch is off. What was derived before then says again what the announcements say. */
  readonly rule: MarginRule | null;
  /** In force, of the area, derived ones among them. */
  readonly documents: readonly CoefficientDocument[];
  readonly margins: readonly PublishedMargin[];
  /** JST dates to look at, both included. */
  readonly from: string;
  readonly to: string;
}

/** The documents to be put in force now, each a day. The same input again, with them in force, gives none. */
export function deriveTightDays(input: DerivingInput): readonly CoefficientDocument[] {
  const { area, rule, documents, margins } = input;
  const announcements = documents.filter(
    (document) => !isDerived(document) && document.ruleSet === input.ruleSet && document.area === area,
  );
  const derived = new Map(
    documents.filter(isDerived).map((document) => [document.complete[0]?.from, document]),
  );
  return datesOf(input).flatMap((date): CoefficientDocument[] => {
    const known = derived.get(date) ?? null;
    const speaker = speakerOf(announcements, date);
    const margin = rule && decidingMargin(margins, area, date, rule);
    const tight = rule !== null && isTight(margin, rule);
    if (!speaker || (!tight && !known)) return [];
    const own = speaker.tightDays.includes(date);
    const wanted: CoefficientDocument = {
      document: `${DERIVED_PREFIX}${date}`,
      revision: (known?.revision ?? 0) + 1,
      ruleSet: speaker.ruleSet,
      area,
      // It must be the one issued last; what is announced after it is looked at again.
      issuedAt: laterOf(speaker.issuedAt, known?.issuedAt ?? null),
      source: sourceText(speaker, tight ? margin : null, rule),
      complete: [{ from: date, to: date }],
      curtailmentDays: speaker.curtailmentDays.filter((day) => day === date),
      curtailmentHours: speaker.curtailmentHours.filter((entry) => entry.date === date),
      tightDays: tight || own ? [date] : [],
    };
    const stands = known !== null && says(known) === says(wanted) && known.issuedAt > speaker.issuedAt;
    return stands ? [] : [wanted];
  });
}

function laterOf(speaking: EpochMs, known: EpochMs | null): EpochMs {
  return instant(Math.max(speaking + 1, known ?? 0));
}
