/** Hours and coefficients out of the store. */
import { ruleSetOn } from '../domain/coefficients/choices.ts';
import { prepare } from '../domain/coefficients/decide.ts';
import { prepareToExplain } from '../domain/coefficients/explain.ts';
import { explanationView } from '../domain/coefficients/explain-view.ts';
import { jstDate } from '../domain/coefficients/jst.ts';
import type { Coefficient, CoefficientRules } from '../domain/coefficients/types.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type Rational, toMicro } from '../domain/rational.ts';
import { factorOf } from '../domain/thermo/kwh-factor.ts';
import { slotFactor } from '../domain/thermo/live-factor.ts';
import { boundaryAt, type EpochMs, HOUR_MS, instant, plus, slotOf } from '../domain/time.ts';
import type { HourRow } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';
import type {
  CoefficientRead,
  CoefficientSpan,
  CoefficientsRead,
  HalfRead,
  HourRead,
  HourSource,
  SiteFacts,
} from './reads.ts';
import { localDate, localHour, localIso } from './site-day.ts';

/** Rows of one channel that are fetched at once span this long: ten days, 240 rows. */
const FETCH_MS = 240 * HOUR_MS;

/** What must be known beside the rows. */
export interface HourSourceFacts {
  readonly site: SiteFacts;
  readonly specs: readonly Pick<ChannelSpec, 'meter' | 'channel' | 'kwhFactors'>[];
  readonly rules: CoefficientRules;
  readonly generation: number;
}

function micro(value: Rational | null): bigint | null {
  return value === null ? null : toMicro(value);
}

function ofDecision(decision: Coefficient): CoefficientRead {
  return {
    class: decision.class,
    mjPerKwhMicro: micro(decision.mjPerKwh),
    ruleSet: decision.ruleSet,
    document: decision.document,
    revision: decision.documentRevision,
    confirmed: decision.confirmed,
  };
}

function sameCoefficient(a: CoefficientRead, b: CoefficientRead): boolean {
  return (
    a.class === b.class &&
    a.mjPerKwhMicro === b.mjPerKwhMicro &&
    a.ruleSet === b.ruleSet &&
    a.document === b.document &&
    a.revision === b.revision &&
    a.confirmed === b.confirmed
  );
}

function hourRead(row: HourRow, spec: Pick<ChannelSpec, 'meter' | 'channel'>, generation: number): HourRead {
  return {
    meter: spec.meter,
    channel: spec.channel,
    startMs: row.startMs,
    endMs: plus(row.startMs, HOUR_MS),
    generation,
    revision: row.revision,
    quality: row.quality,
    coverageMicro: row.coverageMicro,
    quantityMicro: row.quantityMicro,
    energyMicroKwh: row.energyMicroKwh,
    startRegisterMicro: row.startRegisterMicro,
    endRegisterMicro: row.endRegisterMicro,
    coefficient: {
      class: row.class,
      mjPerKwhMicro: micro(row.mjPerKwh),
      ruleSet: row.ruleSet,
      document: row.document,
      revision: row.documentRevision,
      confirmed: row.confirmed,
    },
    energyMicroMj: row.energyMicroMj,
    allocatedMicroMj: row.allocatedMicroMj,
  };
}

export function createHourSource(
  store: Pick<Store, 'channels' | 'hours' | 'documents' | 'coefficients' | 'gauges'>,
  facts: HourSourceFacts,
): HourSource {
  const { site, specs, rules } = facts;
  function spansBetween(fromMs: EpochMs, toMs: EpochMs): CoefficientSpan[] {
    const decider = prepare({ ...rules, documents: store.documents.inForce(rules.area) });
    const spans: CoefficientSpan[] = [];
    for (let at = localHour(fromMs, site.timezone); at < toMs; at = plus(at, HOUR_MS)) {
      const coefficient = ofDecision(decider.coefficientOf(at));
      const last = spans.at(-1);
      if (last && sameCoefficient(last, coefficient))
        spans[spans.length - 1] = { ...last, endMs: plus(at, HOUR_MS) };
      else spans.push({ ...coefficient, startMs: at, endMs: plus(at, HOUR_MS) });
    }
    return spans;
  }

  const dates = { dateOf: (at: EpochMs) => localDate(at, site.timezone) };

  /** The factors of both half-hours, where gauges decide. */
  function halvesOf(spec: Pick<ChannelSpec, 'kwhFactors'>, startMs: EpochMs): Pick<HourRead, 'halves'> {
    const live = spec.kwhFactors.some((factor) => factor.live) ? factorOf(spec, startMs, dates)?.live : null;
    if (!live) return {};
    const halves = [0, 1].map((half): HalfRead => {
      const slot = slotOf(startMs) + half;
      return {
        startMs: boundaryAt(slot),
        live,
        factor: slotFactor(live, (gauge) => store.gauges.find(gauge, slot)),
      };
    });
    return { halves };
  }

  return {
    site: () => site,
    sinceOf: (meter, channel) => store.channels.find(meter, channel)?.sinceMs ?? null,
    // No open cursor: one would hold the write-ahead log at its full length for as long as a slow client reads.
    *hours({ fromMs, toMs, meter }) {
      for (const spec of specs) {
        if (meter !== null && spec.meter !== meter) continue;
        const row = store.channels.find(spec.meter, spec.channel);
        if (!row) continue;
        for (let at = fromMs; at < toMs; at = plus(at, FETCH_MS)) {
          const endMs = instant(Math.min(plus(at, FETCH_MS), toMs));
          for (const hour of store.hours.within(row.id, at, endMs))
            yield { ...hourRead(hour, spec, facts.generation), ...halvesOf(spec, hour.startMs) };
        }
      }
    },
    coefficients(fromMs, toMs): CoefficientsRead {
      const ruleSet = ruleSetOn(jstDate(fromMs), rules.ruleSets, rules.ruleSetChoice);
      return {
        ruleSet: ruleSet?.id ?? null,
        normalMjPerKwhMicro: micro(ruleSet?.values.normal.mjPerKwh ?? null),
        spans: spansBetween(fromMs, toMs),
      };
    },
    *explained(fromMs, toMs) {
      const explainer = prepareToExplain(rules, store.documents.all());
      const iso = (at: EpochMs) => localIso(at, site.timezone);
      for (let at = localHour(fromMs, site.timezone); at < toMs; at = plus(at, HOUR_MS)) {
        yield explanationView(explainer.explain(at), store.coefficients.find(at), rules, iso);
      }
    },
  };
}
