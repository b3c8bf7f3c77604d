/** A ledger on disk with hours of a factory, and what makes reports of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadReportFactors } from '../../config/report-factors.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { prepare } from '../../gateway/domain/coefficients/decide.ts';
import type { CoefficientDocument, MethodFrom } from '../../gateway/domain/coefficients/types.ts';
import { type HourQuantities, isWeighed, weighingOf } from '../../gateway/domain/hour.ts';
import { CHANNEL_UNITS, type ChannelName, type ChannelSpec, type Role } from '../../gateway/domain/meters.ts';
import { ONE, type Rational, rational } from '../../gateway/domain/rational.ts';
import type { ReportPeriod } from '../../gateway/domain/report/period.ts';
import type { ReportMeter, ReportSettings } from '../../gateway/domain/report/settings.ts';
import { plainFactor } from '../../gateway/domain/thermo/kwh-factor.ts';
import { type EpochMs, HOUR_MS, instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createReporter, type MadeReport } from '../../gateway/report/reporter.ts';
import { factorValueOf } from '../../gateway/report-sources.ts';
import { rememberSite } from '../../gateway/stages/site-facts.ts';
import { openStore, openStoreForReading, type Store } from '../../gateway/store/store.ts';

export const UNIT = 1_000_000n;
export const grid = hourGrid('Asia/Tokyo');
export const jst = (text: string): EpochMs => instant(Date.parse(`${text}+09:00`));

export interface WorldMeter {
  readonly id: string;
  readonly role: Role;
  readonly channel?: ChannelName;
  readonly kwhPerUnit?: Rational | null;
  readonly factorLabel?: string;
  readonly settings?: Partial<ReportMeter>;
  readonly name?: string;
}

export interface WorldOptions {
  readonly meters: readonly WorldMeter[];
  readonly sinceMs: EpochMs;
  readonly settings?: Partial<ReportSettings>;
  readonly documents?: readonly CoefficientDocument[];
  readonly methods?: readonly MethodFrom[];
  readonly ruleSetChoice?: string;
  readonly dataDir?: string;
}

function specOf({ id, role, channel = 'energy-import', kwhPerUnit, factorLabel }: WorldMeter): ChannelSpec {
  const perUnit = kwhPerUnit === undefined ? ONE : kwhPerUnit;
  return {
    meter: id,
    channel,
    unit: CHANNEL_UNITS[channel],
    role,
    keptBy: 'meter',
    scale: { unitsPerCount: ONE, stepCounts: ONE, encoding: 'integer', wrapsAt: null, updateMs: 0 },
    ratedPerHour: rational(100_000n),
    watchGapMs: 600_000,
    kwhFactors: perUnit === null ? [] : [{ ...plainFactor(perUnit), label: factorLabel ?? null }],
  };
}

/** One hour as the ledger would have it. @param quantityMicro null: missing */
export function hourOf(
  quantityMicro: bigint | null,
  kwhPerUnit: Rational | null,
  more: Partial<HourQuantities> = {},
): HourQuantities {
  const energyMicroKwh =
    quantityMicro === null || kwhPerUnit === null ? null : (quantityMicro * kwhPerUnit.num) / kwhPerUnit.den;
  return {
    quality: quantityMicro === null ? 'missing' : 'measured',
    coverageMicro: quantityMicro === null ? 0 : 1_000_000,
    quantityMicro,
    energyMicroKwh,
    demandMicro: [quantityMicro, quantityMicro],
    startRegisterMicro: null,
    endRegisterMicro: null,
    ...more,
  };
}

export interface World {
  readonly store: Store;
  readonly dataDir: string;
  /** Hours of one meter: what each is, null for none. */
  fill(
    meter: string,
    fromMs: EpochMs,
    toMs: EpochMs,
    of: (at: EpochMs, n: number) => bigint | null | HourQuantities,
  ): void;
  make(period: ReportPeriod, nowMs: EpochMs): Promise<MadeReport>;
  remove(): void;
}

export function reportWorld(options: WorldOptions): World {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hakaru-report-'));
  const store = openStore(dataDir);
  const specs = options.meters.map(specOf);
  const { sinceMs, documents = [], methods = [] } = options;
  const rules = {
    area: 'kyushu',
    ruleSets: loadRuleSets(),
    ruleSetChoice: options.ruleSetChoice ?? null,
    methods,
  } as const;
  const meters = options.meters.map(
    ({ id, name, settings }): ReportMeter => ({
      id,
      name: name ?? id,
      fuel: null,
      counts: null,
      selfInvested: true,
      ...settings,
    }),
  );
  const decider = prepare({ ...rules, documents });
  store.write(() => {
    store.generation(sinceMs);
    rememberSite(store, {
      site: 'works',
      siteName: '第一工場',
      gateway: 'gw1',
      timezone: 'Asia/Tokyo',
      gridArea: rules.area,
      ruleSetChoice: rules.ruleSetChoice,
      methods,
      report: { production: null, contracts: [], otherGateways: [], meters, ...options.settings },
      specs,
    });
    for (const spec of specs) {
      const { id } = store.channels.ensure(spec.meter, spec.channel, sinceMs, sinceMs);
      store.roles.put(id, spec.role, weighingOf(spec));
    }
    for (const document of documents) keep(store, document, sinceMs);
  });
  return {
    store,
    dataDir,
    fill(meter, fromMs, toMs, of) {
      const spec = specs.find((each) => each.meter === meter);
      const row = spec && store.channels.find(meter, spec.channel);
      if (!spec || !row) throw new Error(`no meter ${meter}`);
      const perUnit = spec.kwhFactors[0]?.kwhPerUnit ?? null;
      store.write(() => {
        let n = 0;
        for (let at = fromMs; at < toMs; at = instant(at + HOUR_MS), n++) {
          const value = of(at, n);
          const hour = value === null || typeof value === 'bigint' ? hourOf(value, perUnit) : value;
          store.hours.putQuantities(row.id, at, hour);
          if (isWeighed(spec.role, spec.channel)) store.coefficients.put(at, decider.coefficientOf(at));
        }
        store.channels.advanceTo(row.id, toMs);
      });
    },
    make(period, nowMs) {
      const reporter = createReporter({
        open: () => openStoreForReading(dataDir),
        dataDir,
        now: () => nowMs,
        ruleSets: rules.ruleSets,
        factors: loadReportFactors(),
        factorValue: factorValueOf(),
        gridOf: hourGrid,
        version: '0',
      });
      return reporter.make(period, (made) => made);
    },
    remove() {
      store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function keep(store: Store, document: CoefficientDocument, atMs: EpochMs): void {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  store.documents.putInForce(document, { bytes, source: 'test', sha256: document.document, atMs });
}

/** A document of whole months in which nothing, or these days, are announced. */
export function documentOf(
  from: string,
  to: string,
  days: Partial<Pick<CoefficientDocument, 'curtailmentDays' | 'tightDays'>> = {},
): CoefficientDocument {
  return {
    document: `kyushu-${from}`,
    revision: 1,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt: jst(`${from}T00:00:00`),
    source: 'test',
    complete: [{ from, to }],
    curtailmentDays: [],
    curtailmentHours: [],
    tightDays: [],
    ...days,
  };
}
