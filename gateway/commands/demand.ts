/** `hakaru demand`: the running period and the maxima of twelve months out of the database, also while the gateway runs. */

import { quietAlarm } from '../domain/demand/levels.ts';
import { MONTHS } from '../domain/demand/maxima.ts';
import { levelName } from '../domain/demand/notices.ts';
import { demandNow } from '../domain/demand/period.ts';
import { type DemandPlan, periodStart } from '../domain/demand/plan.ts';
import { type DemandEntry, demandEntry, monthEntry } from '../domain/demand/report.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { decimal } from '../domain/render-json.ts';
import { type EpochMs, type HourGrid, instant } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { recallDemands, storedAlarm } from '../stages/demand-facts.ts';
import { createDemandMonths } from '../stages/demand-months.ts';
import { loadTrail } from '../stages/demand-trails.ts';
import { recallSite } from '../stages/site-facts.ts';
import { openStoreForReading, type Store } from '../store/store.ts';
import { type Console, words } from './console.ts';
import { table } from './table.ts';

export interface DemandOptions {
  readonly data: string;
  readonly json?: boolean;
}

/** The newest readings wait for a common transaction so long, and a gateway may be stopped: older is not now, ms. */
const FRESH_MS = 120_000;

interface Shown {
  readonly entry: DemandEntry;
  readonly months: readonly ReturnType<typeof monthEntry>[];
}

function shown(store: Store, grid: HourGrid, plan: DemandPlan, nowMs: EpochMs): Shown {
  const specs = recallSite(store)?.specs ?? [];
  const trails = plan.channels.flatMap(({ meter, channel }) => {
    const spec = specs.find((one) => one.meter === meter && one.channel === channel);
    return spec ? [{ trail: loadTrail(store, grid, spec, nowMs), freshMs: FRESH_MS }] : [];
  });
  const startMs = periodStart(nowMs, plan.periodMs, grid);
  const now = demandNow(plan, trails, { startMs, nowMs, clockIsKnown: true });
  const stored = storedAlarm(store, plan);
  const months = createDemandMonths(store, grid, plan);
  for (let n = 0; n < MONTHS; n++) months.look(nowMs);
  const read = {
    plan,
    now,
    picture: [],
    alarm: stored?.periodMs === startMs ? stored : quietAlarm(startMs),
    months: months.read(nowMs),
    timing: null,
  };
  const print = { iso: (at: EpochMs) => grid.iso(at), decimal };
  return { entry: demandEntry(read, print), months: read.months.map((month) => monthEntry(month, print)) };
}

/** As it stands in a message; "—" for what is not known. */
const figure = (value: unknown): string => (value === null ? '—' : JSON.stringify(value));

const REASONS = {
  clock: { en: 'the time is not known', ja: '時刻が確定していません' },
  waiting: { en: 'not read yet', ja: 'まだ読めていません' },
  'meter-silent': { en: 'no new reading', ja: '新しい値がありません' },
  'period-begins': { en: 'no reading of this period yet', ja: 'この時限の値はまだありません' },
  'gateway-off': { en: 'the gateway is off', ja: 'ゲートウェイは停止しています' },
} as const;

function say(console: Console, { entry, months }: Shown): void {
  const { language } = console;
  const ja = language === 'ja';
  const reason = entry.reason ? `  (${REASONS[entry.reason][language]}: ${entry.reasonMeter ?? '-'})` : '';
  const level = entry.level ? `  ${levelName(entry.level, language)}` : '';
  const span = `${entry.period.start.slice(0, 16).replace('T', ' ')}–${entry.period.end.slice(11, 16)}`;
  console.out(`${entry.name} (${entry.meters.join(' + ')})  ${span}${level}${reason}`);
  const rows: readonly (readonly [string, unknown])[] = [
    [ja ? '現在デマンド' : 'so far', entry.now],
    [ja ? '予測デマンド' : 'predicted', entry.predicted],
    [ja ? '目標' : 'target', entry.target],
    [ja ? '契約' : 'contract', entry.contract],
    [ja ? '調整' : 'to switch off', entry.shed],
    [ja ? '12か月の最大' : 'largest in 12 months', entry.basis?.maximum ?? null],
  ];
  console.out(
    table(
      ['', entry.unit],
      rows.map(([name, value]) => [name, figure(value)]),
      new Set([1]),
    ),
  );
  const header = ja
    ? ['月', '最大', '時限', '実測', '除外']
    : ['month', 'largest', 'period', 'measured', 'left out'];
  const known = months.filter(({ measured, leftOut, billed }) => measured + leftOut > 0 || billed);
  console.out(
    table(
      header,
      known.map((month) => [
        month.month,
        figure(month.maximum),
        month.billed ? (ja ? '請求書' : 'bill') : (month.at ?? '—'),
        String(month.measured),
        String(month.leftOut),
      ]),
      new Set([1, 3, 4]),
    ),
  );
}

export function demand(console: Console, options: DemandOptions, nowMs = Date.now()): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const grid = hourGrid(facts.timezone);
    const plans = recallDemands(store);
    const all = plans.map((plan) => shown(store, grid, plan, instant(nowMs)));
    if (options.json)
      console.out(
        JSON.stringify(
          all.map(({ entry, months }) => ({ ...entry, months })),
          null,
          2,
        ),
      );
    else for (const one of all) say(console, one);
    const text =
      plans.length === 0
        ? {
            en: 'No demand is watched: write `demand: { target: 450 kW }` in the site file.',
            ja: 'デマンドは監視していません。設定ファイルに `demand: { target: 450 kW }` と書いてください。',
          }
        : {
            en: 'Maxima are of measured periods only. For management only; not for billing or certification.',
            ja: '最大値は実測の時限だけから求めています。管理用。取引・証明には使用できません。',
          };
    console.say(words(console, text));
    return 0;
  } finally {
    store.close();
  }
}
