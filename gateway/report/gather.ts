/** From the rows of the ledger and what people entered to the input of a report. */
import { methodOn } from '../domain/coefficients/choices.ts';
import type { CoefficientClass, RuleSet } from '../domain/coefficients/types.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { parseDecimal } from '../domain/rational.ts';
import type { PastYear, ReportInput, ResponseHours } from '../domain/report/context.ts';
import { fiscalYearOfEntry, type SaidEntry } from '../domain/report/entries.ts';
import type { DatedValue, ReportFactors } from '../domain/report/factors.ts';
import {
  beforeOf,
  bucketsOf,
  fiscalYearOfPeriod,
  monthsIn,
  type ReportPeriod,
} from '../domain/report/period.ts';
import { buildReport } from '../domain/report/report.ts';
import { NO_SETTINGS, type ReportSettings } from '../domain/report/settings.ts';
import { type ChannelTallies, countedAs, EMPTY_TALLY, wholeOf } from '../domain/report/tallies.ts';
import { factorOf } from '../domain/thermo/kwh-factor.ts';
import { type EpochMs, HOUR_MS, plus } from '../domain/time.ts';
import { rulesOf, type SiteFactsRow } from '../stages/site-facts.ts';
import type { Store } from '../store/store.ts';
import {
  channelTallies,
  purchasedTallies,
  type TallyDeps,
  type Weighers,
  weighersOf,
} from './read-tallies.ts';

export interface GatherDeps extends TallyDeps {
  readonly store: Store;
  readonly facts: SiteFactsRow;
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  readonly factors: ReportFactors;
  /** The dated value behind the label of a factor to kWh; null where it is not one of config/factors. */
  readonly factorValue: (label: string, date: string) => DatedValue | null;
  readonly version: string;
}

/** Earlier years that a five-year mean needs. */
const YEARS_BEFORE = 4;

export function settingsOf({ report }: Pick<SiteFactsRow, 'report'>): ReportSettings {
  return report ?? NO_SETTINGS;
}

/** In the order of the site file; channels that have left it come last. */
function ordered(specs: readonly ChannelSpec[], { meters }: ReportSettings): readonly ChannelSpec[] {
  const order = new Map(meters.map(({ id }, n) => [id, n]));
  const place = ({ meter }: ChannelSpec) => order.get(meter) ?? meters.length;
  return specs.toSorted((a, b) => place(a) - place(b));
}

async function readChannels(
  deps: GatherDeps,
  period: ReportPeriod,
  wanted: (channel: Pick<ChannelTallies, 'counted' | 'meter'>) => boolean,
): Promise<readonly ChannelTallies[]> {
  const { facts, grid, store } = deps;
  const settings = settingsOf(facts);
  const buckets = bucketsOf(period, grid);
  const named = new Map(settings.meters.map((meter) => [meter.id, meter]));
  const specs = ordered(facts.specs, settings);
  const channelsOf = Map.groupBy(specs, ({ meter }) => meter);
  const found: ChannelTallies[] = [];
  for (const spec of specs) {
    const { meter, channel, unit, role } = spec;
    const own = named.get(meter);
    const at = buckets[0]?.fromMs ?? deps.nowMs;
    const label = factorOf(spec, at, grid)?.label ?? null;
    const factorId = label === null ? null : (label.split(' (')[0] ?? null);
    const channels = (channelsOf.get(meter) ?? []).map((each) => each.channel);
    const counted = countedAs({ role, channel, channels }, own, factorId);
    if (!wanted({ counted, meter })) continue;
    const isCurrent = own !== undefined || settings.meters.length === 0;
    const tallies = await channelTallies(deps, spec, buckets, isCurrent);
    const [before = EMPTY_TALLY] = await channelTallies(deps, spec, [beforeOf(period, grid)], isCurrent);
    const sinceMs = store.channels.find(meter, channel)?.sinceMs ?? null;
    // A meter that left the site file before the period says nothing in it.
    if (!own && settings.meters.length > 0 && wholeOf(tallies).hoursWithValue === 0) continue;
    found.push({
      meter,
      name: own?.name ?? meter,
      channel,
      unit,
      counted,
      sinceMs,
      factorLabels: label === null ? [] : [{ label, value: deps.factorValue(label, grid.dateOf(at)) }],
      buckets: tallies,
      before,
    });
    await deps.turn();
  }
  return found;
}

function responsesIn(
  { grid }: GatherDeps,
  period: ReportPeriod,
  entries: readonly SaidEntry[],
  { hourly }: Weighers,
): ResponseHours[] {
  const months = new Set(monthsIn(period));
  return entries
    .flatMap((said): ResponseHours[] => {
      const { entry } = said;
      if (entry.kind !== 'demand-response' || !months.has(entry.date.slice(0, 7))) return [];
      const { fromMs } = grid.day(entry.date);
      const classes: CoefficientClass[] = [];
      for (let hour = entry.fromHour; hour < entry.toHour; hour++)
        classes.push(hourly.coefficientOf(plus(fromMs, hour * HOUR_MS)).class);
      return [{ entry: { ...said, entry }, classes }];
    })
    .toSorted((a, b) => (a.entry.entry.date < b.entry.entry.date ? -1 : 1));
}

/** An earlier year: as it was entered, else out of the ledger where that has the whole of it. */
async function pastYear(
  deps: GatherDeps,
  fiscalYear: number,
  entries: readonly SaidEntry[],
): Promise<PastYear> {
  const said = entries.find(({ entry }) => entry.kind === 'year' && entry.fiscalYear === fiscalYear);
  if (said?.entry.kind === 'year') {
    const { ordinary, optimization } = said.entry;
    return {
      fiscalYear,
      ordinary: parseDecimal(ordinary),
      optimization: optimization === null ? null : parseDecimal(optimization),
      from: 'entered',
      entry: said.no,
    };
  }
  const unknown: PastYear = { fiscalYear, ordinary: null, optimization: null, from: 'unknown', entry: null };
  const period: ReportPeriod = { kind: 'fiscal-year', fiscalYear };
  if (!knowsWhole(deps, bucketsOf(period, deps.grid)[0]?.fromMs)) return unknown;
  const { production } = settingsOf(deps.facts);
  const input = await gatherInput(deps, period, {
    past: false,
    wanted: ({ counted, meter }) =>
      (counted.kind !== 'part' && counted.kind !== 'nothing') || meter === production?.meter,
  });
  const { ordinary, optimization } = buildReport(input).intensities;
  return {
    fiscalYear,
    ordinary: ordinary.figure?.exact ?? null,
    optimization: optimization.figure?.exact ?? null,
    from: 'measured',
    entry: null,
  };
}

/** Whether everything that counts was measured from that instant on. */
function knowsWhole({ facts, store }: GatherDeps, fromMs: EpochMs | undefined): boolean {
  const settings = settingsOf(facts);
  const named = new Map(settings.meters.map((meter) => [meter.id, meter]));
  const counted = facts.specs.filter(({ role, channel, meter }) => {
    const { kind } = countedAs({ role, channel, channels: [channel] }, named.get(meter), null);
    return kind !== 'part' && kind !== 'nothing' && kind !== 'sold';
  });
  return (
    fromMs !== undefined &&
    counted.length > 0 &&
    counted.every(
      ({ meter, channel }) => (store.channels.find(meter, channel)?.sinceMs ?? Infinity) <= fromMs,
    )
  );
}

export interface GatherOptions {
  /** Whether the years before are compared with. */
  readonly past: boolean;
  readonly wanted: (channel: Pick<ChannelTallies, 'counted' | 'meter'>) => boolean;
}

export async function gatherInput(
  deps: GatherDeps,
  period: ReportPeriod,
  options: GatherOptions = { past: true, wanted: () => true },
): Promise<ReportInput> {
  const { store, facts, grid, nowMs, factors, version } = deps;
  const settings = settingsOf(facts);
  const fiscalYear = fiscalYearOfPeriod(period);
  const buckets = bucketsOf(period, grid);
  const entries = store.reports.entriesInForce(fiscalYear - YEARS_BEFORE, fiscalYear);
  const channels = await readChannels(deps, period, options.wanted);
  const weighers = weighersOf(store, rulesOf(facts, deps.ruleSets));
  const bought = channels.flatMap(({ meter, channel, counted }) =>
    counted.kind === 'purchased'
      ? facts.specs.filter((spec) => spec.meter === meter && spec.channel === channel)
      : [],
  );
  const before = beforeOf(period, grid);
  const purchased = bought.length > 0 ? await purchasedTallies(deps, bought, buckets, weighers) : null;
  const earlier = bought.length > 0 ? await purchasedTallies(deps, bought, [before], weighers) : null;
  const history: PastYear[] = [];
  if (options.past && period.kind === 'fiscal-year' && settings.production)
    for (let year = fiscalYear - YEARS_BEFORE; year < fiscalYear; year++)
      history.push(await pastYear(deps, year, entries));
  return {
    site: { id: facts.site, name: facts.siteName, timezone: facts.timezone, gridArea: facts.gridArea },
    gateway: facts.gateway,
    version,
    grid,
    period,
    buckets,
    before,
    nowMs,
    settings,
    factors,
    channels,
    purchased: purchased?.tallies ?? null,
    purchasedBefore: earlier?.tallies[0] ?? null,
    method: methodOn(`${fiscalYear}-04-01`, facts.methods),
    entries: entries.filter(({ entry }) => fiscalYearOfEntry(entry) === fiscalYear),
    responses: responsesIn(deps, period, entries, weighers),
    history,
    hoursToWeigh: purchased?.hoursToWeigh ?? 0,
  };
}
