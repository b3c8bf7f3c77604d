/** Answers the dashboard's questions out of the store and the live board. */
import type { SiteConfig } from '../../config/types.ts';
import { decide, ruleSetOn } from '../domain/coefficients/decide.ts';
import { jstDate } from '../domain/coefficients/jst.ts';
import type { CoefficientDecision, CoefficientRules } from '../domain/coefficients/types.ts';
import type { Fault } from '../domain/faults.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import type { LiveBoard } from '../domain/live.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type Rational, toMicro } from '../domain/rational.ts';
import { type Clock, type EpochMs, HOUR_MS, type HourGrid, plus } from '../domain/time.ts';
import type { HourRow } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';
import type {
  ChannelRead,
  CoefficientRead,
  CoefficientSpan,
  DashboardReads,
  HourRead,
  MeterRead,
} from './reads.ts';

export interface StoreReadsDeps {
  readonly store: Store;
  readonly site: SiteConfig;
  readonly specs: readonly ChannelSpec[];
  readonly clock: Clock;
  readonly grid: HourGrid;
  readonly rules: CoefficientRules;
  readonly board: LiveBoard;
  readonly startedMs: EpochMs;
  readonly generation: number;
  readonly version: string;
  readonly uplink: () => { connected(): boolean; fault(): Fault | null } | null;
  readonly coefficientFault: () => Fault | null;
}

function micro(value: Rational | null): bigint | null {
  return value === null ? null : toMicro(value);
}

function ofDecision(decision: CoefficientDecision): CoefficientRead {
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

function hourRead(row: HourRow, spec: ChannelSpec, generation: number): HourRead {
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
  };
}

export function createStoreReads(deps: StoreReadsDeps): DashboardReads {
  const { store, site, specs, clock, rules, board } = deps;
  const typeNames = new Map(
    site.meters.map((meter) => [
      meter.id,
      meter.type.maker === '-' ? meter.type.model : `${meter.type.maker} ${meter.type.model}`,
    ]),
  );

  function channelReads(meter: string): ChannelRead[] {
    const live = board.of(meter);
    return specs
      .filter((spec) => spec.meter === meter)
      .map((spec) => {
        const sample = live.registers.get(spec.channel);
        return {
          channel: spec.channel,
          unit: spec.unit,
          keptBy: spec.keptBy,
          registerMicro: sample ? registerMicro(sample.raw, spec.scale) : null,
          registerAtMs: sample?.atMs ?? null,
        };
      });
  }

  function meterReads(): MeterRead[] {
    return site.meters.map((meter) => {
      const live = board.of(meter.id);
      return {
        id: meter.id,
        name: meter.name,
        type: typeNames.get(meter.id) ?? meter.type.id,
        role: meter.role,
        parent: meter.parent,
        line: meter.line,
        health: live.health,
        lastAnswerMs: live.lastAnswerMs,
        fault: live.fault,
        channels: channelReads(meter.id),
        gauges: [...live.gauges.values()],
      };
    });
  }

  function newestDocument() {
    const newest = store.documents
      .inForce(rules.area)
      .toSorted((a, b) => a.issuedAt - b.issuedAt)
      .at(-1);
    return newest
      ? { document: newest.document, revision: newest.revision, issuedMs: newest.issuedAt }
      : null;
  }

  function spansBetween(fromMs: EpochMs, toMs: EpochMs): CoefficientSpan[] {
    const documents = store.documents.inForce(rules.area);
    const spans: CoefficientSpan[] = [];
    for (let at = deps.grid.hourOf(fromMs); at < toMs; at = plus(at, HOUR_MS)) {
      const coefficient = ofDecision(decide({ ...rules, hourStart: at, documents }));
      const last = spans.at(-1);
      if (last && sameCoefficient(last, coefficient))
        spans[spans.length - 1] = { ...last, endMs: plus(at, HOUR_MS) };
      else spans.push({ ...coefficient, startMs: at, endMs: plus(at, HOUR_MS) });
    }
    return spans;
  }

  return {
    site: () => ({
      id: site.site.id,
      name: site.site.name,
      timezone: site.site.timezone,
      gridArea: site.site.gridArea,
      gateway: site.gateway.id,
      version: deps.version,
    }),
    status() {
      const uplink = deps.uplink();
      const { waiting, oldestMs } = store.outbox.backlog();
      const meters = meterReads();
      const newest = Math.max(
        ...meters.flatMap((meter) => meter.channels.map((channel) => channel.registerAtMs ?? 0)),
        0,
      );
      return {
        nowMs: clock.now(),
        dataAsOfMs: newest === 0 ? null : (newest as EpochMs),
        startedMs: deps.startedMs,
        clockTrust: clock.trust(),
        mqtt: uplink
          ? {
              connected: uplink.connected(),
              backlog: waiting,
              oldestUnsentMs: oldestMs,
              fault: uplink.fault(),
            }
          : null,
        newestDocument: newestDocument(),
        coefficientFault: deps.coefficientFault(),
        meters,
      };
    },
    hours({ fromMs, toMs, meter }) {
      return specs
        .filter((spec) => meter === null || spec.meter === meter)
        .flatMap((spec) => {
          const row = store.channels.find(spec.meter, spec.channel);
          if (!row) return [];
          return store.hours
            .within(row.id, fromMs, toMs)
            .map((hour) => hourRead(hour, spec, deps.generation));
        });
    },
    coefficients(fromMs, toMs) {
      const ruleSet = ruleSetOn(jstDate(fromMs), rules.ruleSets, rules.ruleSetChoice);
      return {
        ruleSet: ruleSet?.id ?? null,
        normalMjPerKwhMicro: micro(ruleSet?.values.normal.mjPerKwh ?? null),
        spans: spansBetween(fromMs, toMs),
      };
    },
  };
}
