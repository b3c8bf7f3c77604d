/**
 * Answers the dashboard out of the live board and the store. What is asked each second while somebody looks is kept
 * ready; questions about the past are answered by ask.ts.
 */
import type { SiteConfig } from '../../config/types.ts';
import type { AlarmHealth } from '../domain/alarm.ts';
import type { ClockHealth } from '../domain/clock-health.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import type { DemandsRead } from '../domain/demand/report.ts';
import type { Fault } from '../domain/faults.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import type { LiveBoard } from '../domain/live.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { meterTypeName } from '../domain/names.ts';
import type { StorageHealth } from '../domain/storage.ts';
import type { Clock, EpochMs } from '../domain/time.ts';
import type { StandingHint } from '../domain/validation/hints.ts';
import type { OpenQuestion } from '../domain/validation/questions.ts';
import type { Store } from '../store/store.ts';
import { createAsk } from './ask.ts';
import { createHourSource, type HourSourceFacts } from './hour-source.ts';
import type {
  ChannelRead,
  CoefficientsRead,
  DashboardReads,
  DocumentRead,
  HourSource,
  MeterRead,
} from './reads.ts';

export interface StoreReadsDeps {
  readonly store: Store;
  readonly site: SiteConfig;
  readonly specs: readonly ChannelSpec[];
  readonly clock: Clock;
  readonly rules: CoefficientRules;
  readonly board: LiveBoard;
  readonly hintsOf: (meter: string) => readonly StandingHint[];
  readonly questions: () => readonly OpenQuestion[];
  readonly startedMs: EpochMs;
  readonly generation: number;
  readonly version: string;
  readonly uplink: () => { connected(): boolean; fault(): Fault | null } | null;
  readonly coefficientFault: () => Fault | null;
  readonly ahead: DashboardReads['ahead'];
  readonly clockHealth: () => ClockHealth;
  readonly storage: () => StorageHealth;
  readonly alarm: () => AlarmHealth | null;
  readonly demand: () => DemandsRead;
  /** Reads what the disk may not let be read; `instead` then. The status is told all the same. */
  readonly read: <T>(work: () => T, instead: T) => T;
  /** Shown what a question about the past could not read. */
  readonly rethrow: (error: unknown) => never;
}

/** Days whose coefficients are kept: today and tomorrow, and those of a midnight just passed. */
const KEPT_DAYS = 4;

function hourSourceFacts(
  deps: Pick<StoreReadsDeps, 'site' | 'specs' | 'rules' | 'generation' | 'version'>,
): HourSourceFacts {
  const { site, specs, rules, version } = deps;
  return {
    specs,
    rules,
    get generation() {
      return deps.generation;
    },
    site: {
      id: site.site.id,
      name: site.site.name,
      timezone: site.site.timezone,
      gridArea: site.site.gridArea,
      gateway: site.gateway.id,
      version,
      meters: site.meters.map(({ id, name, role, parent }) => ({
        id,
        name,
        role,
        parent,
        channels: specs.filter((spec) => spec.meter === id).map(({ channel, unit }) => ({ channel, unit })),
      })),
    },
  };
}

const NOT_KNOWN: CoefficientsRead = { ruleSet: null, normalMjPerKwhMicro: null, spans: [] };

/** Coefficients of a span, computed again only when the documents in force have changed. */
function keptCoefficients(
  documentsNow: () => readonly CoefficientDocument[],
  source: HourSource,
): HourSource['coefficients'] {
  const kept = new Map<string, CoefficientsRead>();
  let of: readonly CoefficientDocument[] = [];
  return (fromMs, toMs) => {
    const documents = documentsNow();
    if (documents.length !== of.length || documents.some((document, n) => document !== of[n])) kept.clear();
    of = documents;
    const key = `${fromMs}/${toMs}`;
    const known = kept.get(key);
    if (known) return known;
    if (kept.size >= KEPT_DAYS) kept.clear();
    const found = source.coefficients(fromMs, toMs);
    kept.set(key, found);
    return found;
  };
}

export function createStoreReads(deps: StoreReadsDeps): DashboardReads {
  const { store, site, specs, clock, rules, board } = deps;
  const facts = hourSourceFacts(deps);
  const source = createHourSource(store, facts);
  const specsOf = Map.groupBy(specs, ({ meter }) => meter);

  function channelReads(meter: string): ChannelRead[] {
    const live = board.of(meter);
    return (specsOf.get(meter) ?? []).map((spec) => {
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
      const { type } = meter;
      return {
        id: meter.id,
        name: meter.name,
        type: type.id,
        typeName: { ja: meterTypeName(type, 'ja'), en: meterTypeName(type, 'en') },
        role: meter.role,
        parent: meter.parent,
        line: meter.line,
        health: live.health,
        lastAnswerMs: live.lastAnswerMs,
        fault: live.fault,
        channels: channelReads(meter.id),
        gauges: [...live.gauges.values()],
        hints: deps.hintsOf(meter.id),
      };
    });
  }

  function newestDocument(): DocumentRead | null {
    let newest: CoefficientDocument | null = null;
    for (const document of store.documents.inForce(rules.area))
      if (newest === null || document.issuedAt >= newest.issuedAt) newest = document;
    return newest && { document: newest.document, revision: newest.revision, issuedMs: newest.issuedAt };
  }

  const coefficients = keptCoefficients(() => store.documents.inForce(rules.area), source);

  return {
    site: () => facts.site,
    now: () => clock.now(),
    status() {
      const uplink = deps.uplink();
      const backlog = deps.read(() => store.outbox.backlog(), null);
      const meters = meterReads();
      let newest = 0;
      for (const meter of meters)
        for (const channel of meter.channels) newest = Math.max(newest, channel.registerAtMs ?? 0);
      return {
        nowMs: clock.now(),
        dataAsOfMs: newest === 0 ? null : (newest as EpochMs),
        startedMs: deps.startedMs,
        clockTrust: clock.trust(),
        clock: deps.clockHealth(),
        storage: deps.storage(),
        alarm: deps.alarm(),
        mqtt: uplink
          ? {
              connected: uplink.connected(),
              backlog: backlog?.waiting ?? null,
              oldestUnsentMs: backlog?.oldestMs ?? null,
              fault: uplink.fault(),
            }
          : null,
        newestDocument: deps.read(newestDocument, null),
        coefficientFault: deps.coefficientFault(),
        meters,
        questions: deps.read(deps.questions, []),
      };
    },
    coefficients: (fromMs, toMs) => deps.read(() => coefficients(fromMs, toMs), NOT_KNOWN),
    ahead: deps.ahead,
    demand: deps.demand,
    ask: createAsk(source, deps.rethrow),
  };
}
