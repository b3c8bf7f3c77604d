/** Gathers the rows that one hour bucket was made of. */
import { EVERY_YEAR } from '../domain/coefficients/choices.ts';
import { type DecisionInput, decide, sameCoefficient } from '../domain/coefficients/decide.ts';
import { prepareToExplain } from '../domain/coefficients/explain.ts';
import { ruleLines } from '../domain/coefficients/explain-text.ts';
import { decisionText } from '../domain/coefficients/sentences.ts';
import { type CoefficientDecision, METHODS, type RuleSet } from '../domain/coefficients/types.ts';
import type { ExplainedMessage, Explanation } from '../domain/explain.ts';
import type { DialInterval, ExplainedEra } from '../domain/explain-evidence.ts';
import type { ExplainedAnswer, ExplainedSlot } from '../domain/explain-slot.ts';
import type { Weighing } from '../domain/explain-weight.ts';
import type { Language } from '../domain/faults.ts';
import { isWeighed } from '../domain/hour.ts';
import type { Boundary } from '../domain/ledger/boundary.ts';
import { filledWithin } from '../domain/ledger/dial.ts';
import type { Era } from '../domain/ledger/era.ts';
import { slotSpan } from '../domain/ledger/slot.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { EventMessage, HourMessage } from '../domain/messages.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { hourContent } from '../domain/render.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus, slotOf } from '../domain/time.ts';
import { standing } from '../store/dial-rows.ts';
import type { HourRow } from '../store/hour-rows.ts';
import type { OutboxRow } from '../store/outbox-rows.ts';
import type { Store } from '../store/store.ts';
import { slotsOf } from './close-hours.ts';
import { hourFactor } from './gauge-energy.ts';
import { rulesOf, type SiteFactsRow } from './site-facts.ts';

export interface ExplainDeps {
  readonly store: Store;
  readonly facts: Pick<SiteFactsRow, 'site' | 'gateway' | 'gridArea' | 'ruleSetChoice' | 'methods'>;
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  readonly grid: HourGrid;
  readonly language: Language;
}

/** All eras from the first to the last that the hour's evidence names, so that their totals can be chained. */
function erasOf(
  store: Store,
  channelId: number,
  slot: number,
  eras: readonly Era[],
  boundaries: readonly Boundary[],
): ExplainedEra[] {
  const named = boundaries.flatMap(({ lower, upper }) => [lower.era.no, upper.era.no]);
  // Where the hour's first boundary is not there, the channel's opening may stand for it.
  const from = boundaries[0]?.slot === slot ? Math.min(...named) : 1;
  const to = Math.max(1, ...named);
  return eras
    .filter(({ no }) => from <= no && no <= to)
    .map((era) => {
      const before = eras[era.no - 2];
      const row =
        before && era.no > from
          ? store.readings.acceptedAtOrBefore(channelId, plus(era.opening.atMs, -1))
          : null;
      return { era, previous: row && before ? { reading: row.reading, era: before } : null };
    });
}

function dialsAround(store: Store, channelId: number, fromMs: EpochMs): DialInterval[] {
  const dials = store.dials.all(channelId);
  return dials.slice(1).flatMap((after, i) => {
    const row = dials[i];
    const before = row && standing(row);
    if (!before || before.atMs >= plus(fromMs, HOUR_MS) || after.atMs <= fromMs) return [];
    return [
      {
        before,
        after,
        fills: store.dials.fillsTouching(channelId, { fromMs: before.atMs, toMs: after.atMs }),
      },
    ];
  });
}

/** What people said about a slot. */
function answersIn(store: Store, channelId: number, span: Span): ExplainedAnswer[] {
  const { corrections } = store;
  return corrections.answersTouching(channelId, span).flatMap((answer) => {
    const row = corrections.byNo(answer.correctionNo);
    if (!row) return [];
    const fromMs = answer.fromMs > span.fromMs ? answer.fromMs : span.fromMs;
    const toMs = answer.toMs < span.toMs ? answer.toMs : span.toMs;
    const here = { fromMs, toMs };
    return [{ ...row, hereMicro: filledWithin(corrections.fillsTouching(channelId, here), here) }];
  });
}

/** Decides as it was decided then, with the document and the rule set that the stored weight names. */
function weighingOf({ store, facts, ruleSets, grid, language }: ExplainDeps, hour: HourRow): Weighing {
  const rules = rulesOf(facts, ruleSets);
  const rows = store.documents.all();
  const input: DecisionInput = {
    ...rules,
    hourStart: hour.startMs,
    documents: store.documents.inForce(facts.gridArea),
  };
  const documents = rows
    .map(({ parsed }) => parsed)
    .filter(
      ({ area, document, revision }) =>
        area === facts.gridArea && document === hour.document && revision === hour.documentRevision,
    );
  const now = decide(input);
  const then = [
    now,
    decide({ ...input, documents }),
    decide({ ...input, documents, ruleSetChoice: hour.ruleSet }),
    // Under the method that the site has chosen since no longer.
    ...METHODS.map((method) =>
      decide({
        ...input,
        documents,
        ruleSetChoice: hour.ruleSet,
        methods: [{ fiscalYear: EVERY_YEAR, method }],
      }),
    ),
  ];
  const decision = then.find((each) => sameCoefficient(each, hour)) ?? null;
  const text = (each: CoefficientDecision) => decisionText(each, input, language);
  const isCurrent = sameCoefficient(now, hour);
  const explainer = prepareToExplain(rules, rows);
  const print = { language, iso: (at: EpochMs) => grid.iso(at) };
  return {
    decision,
    why: decision && text(decision),
    changed: isCurrent ? null : text(now),
    steps: isCurrent ? ruleLines(explainer.explain(hour.startMs), print) : [],
  };
}

/** The payload's numbers pass through doubles here: to be read, not to be calculated with. */
function explainedMessage(row: OutboxRow): ExplainedMessage {
  const { seq, revision, createdAtMs, acknowledgedAtMs, refused } = row;
  const about = { seq, revision, createdAtMs, acknowledgedAtMs, refused };
  if (row.kind === 'event') {
    const { detail } = JSON.parse(row.payload) as EventMessage;
    return { ...about, topic: `${detail['topic']} → ${row.topic}`, said: null };
  }
  return { ...about, topic: row.topic, said: JSON.parse(row.payload) as HourMessage };
}

function isDue(rows: readonly OutboxRow[], hour: HourRow, spec: ChannelSpec, deps: ExplainDeps): boolean {
  const last = rows.at(-1);
  if (!last || last.kind !== 'hour') return false;
  const { site, gateway } = deps.facts;
  const content = JSON.stringify(hourContent(hour, spec, { site, gateway, generation: 0 }, deps.grid));
  const sent = JSON.parse(last.payload) as Record<string, unknown>;
  // A field that messages had not yet when this one was made is no reason to send it again.
  return Object.entries(JSON.parse(content) as Record<string, unknown>).some(
    ([key, value]) => Object.hasOwn(sent, key) && JSON.stringify(value) !== JSON.stringify(sent[key]),
  );
}

function halvesOf(
  { store, grid }: ExplainDeps,
  spec: ChannelSpec,
  hourStart: EpochMs,
): Explanation['halves'] {
  const { factor, halves } = hourFactor(store, spec, hourStart, grid);
  return factor?.live && halves ? { factor, live: factor.live, of: halves } : null;
}

/** Null when there is no such bucket. */
export function explainHour(deps: ExplainDeps, spec: ChannelSpec, hourStart: EpochMs): Explanation | null {
  const { store, facts } = deps;
  const channel = store.channels.find(spec.meter, spec.channel);
  const bucket = channel ? store.hours.find(channel.id, hourStart) : null;
  if (!channel || !bucket) return null;
  const slot = slotOf(hourStart);
  const eras = store.eras.of(channel.id);
  const boundaries = store.boundaries.within(channel.id, slot, slot + 2, eras);
  const newestAtMs = store.readings.head(channel.id)?.reading.atMs ?? null;
  const slots = slotsOf(store, channel.id, spec, slot, 2).map((each): ExplainedSlot => {
    const span = slotSpan(each.slot);
    return {
      slot: each,
      unwatched: store.unwatched.touching(channel.id, span),
      unresolved: store.eras.unresolved(channel.id, span),
      answers: answersIn(store, channel.id, span),
      fills:
        spec.keptBy === 'gateway' && each.quantityMicro !== null
          ? store.dials.fillsTouching(channel.id, span)
          : [],
      first: eras[0] ?? null,
      newestAtMs,
    };
  });
  const document = store.documents
    .all()
    .find(
      ({ parsed }) =>
        parsed.area === facts.gridArea &&
        parsed.document === bucket.document &&
        parsed.revision === bucket.documentRevision,
    );
  const weighQueued =
    store.work.has('weigh', { channelId: channel.id, startMs: bucket.startMs }) ||
    store.hourWork.has('weigh', bucket.startMs);
  const rows = store.outbox.ofHour(channel.id, hourStart);
  const weighed = isWeighed(spec.role, spec.channel) || bucket.class !== 'none';
  return {
    spec,
    bucket,
    revision: bucket.revision,
    generation: Number(store.facts.get('generation') ?? 0),
    slots: slots as [ExplainedSlot, ExplainedSlot],
    halves: halvesOf(deps, spec, hourStart),
    boundaries,
    eras: erasOf(store, channel.id, slot, eras, boundaries),
    dials: spec.keptBy === 'gateway' ? dialsAround(store, channel.id, instant(hourStart)) : [],
    weighing: weighed ? weighingOf(deps, bucket) : null,
    allocatedBy: bucket.allocatedMicroMj === null ? null : store.coefficients.find(bucket.startMs),
    weighQueued,
    document: document
      ? { source: document.source, sha256: document.sha256, receivedAtMs: document.receivedAtMs }
      : null,
    messages: rows.map(explainedMessage),
    messageDue: isDue(rows, bucket, spec, deps),
  };
}
