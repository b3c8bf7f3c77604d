/**
 * A small factory as the dashboard would read it, without database or meters: four days in November 2026, Kyushu.
 * 18th: the worked day (500 kWh an hour, 2,000 from 13:00 to 18:00), curtailment announced.
 * 19th: no document, a missing hour, one without a bucket, one withdrawn. 20th: curtailment on a tight day.
 * 21st: today, 14:23 — curtailment, an outage bridged in the night, 14:00 running.
 */

import { answerHere } from '../../gateway/dashboard/answers.ts';
import type {
  CoefficientRead,
  CoefficientSpan,
  CoefficientsRead,
  DashboardReads,
  HourRead,
  HourSource,
  HoursQuery,
  LiveChange,
  LiveFeed,
  MeterRead,
  StatusRead,
} from '../../gateway/dashboard/reads.ts';
import { CLOCK_OK } from '../../gateway/domain/clock-health.ts';
import { fault } from '../../gateway/domain/faults.ts';
import type { CoefficientClass } from '../../gateway/domain/messages.ts';
import type { Quality } from '../../gateway/domain/quality.ts';
import { STORAGE_OK } from '../../gateway/domain/storage.ts';
import { type EpochMs, HOUR_MS, instant } from '../../gateway/domain/time.ts';
import { fakeAhead } from './fake-ahead.ts';

const MICRO = 1_000_000n;
export const NOW = instant(Date.parse('2026-11-21T14:23:05+09:00'));
const FIRST = Date.parse('2026-11-18T00:00:00+09:00');

/** kWh of the site in each hour of an ordinary day. */
const LOAD = [
  212, 205, 201, 198, 204, 231, 318, 396, 471, 512, 528, 503, 402, 517, 534, 521, 498, 462, 371, 322, 289,
  262, 241, 224,
];

const MJ_PER_KWH: Readonly<Record<'normal' | 'curtailment' | 'tight', bigint>> = {
  normal: 9_400_000n,
  curtailment: 3_600_000n,
  tight: 12_200_000n,
};

function coefficientAt(ms: number): CoefficientRead {
  const local = new Date(ms + 9 * HOUR_MS);
  const date = local.getUTCDate();
  const dayHour = local.getUTCHours() >= 8 && local.getUTCHours() < 16;
  const curtailed = dayHour && (date === 18 || date === 20 || date === 21);
  const name: CoefficientClass = curtailed ? 'curtailment' : date === 20 ? 'tight' : 'normal';
  const known = date === 18 || date === 20 || date === 21;
  return {
    class: name,
    mjPerKwhMicro: MJ_PER_KWH[name],
    ruleSet: 'fy2023',
    document: known ? 'kyushu-2026-11' : null,
    revision: known ? 2 : null,
    confirmed: known,
  };
}

const UNWEIGHED: CoefficientRead = {
  class: 'none',
  mjPerKwhMicro: null,
  ruleSet: null,
  document: null,
  revision: null,
  confirmed: false,
};

function qualityAt(ms: number): Quality | null {
  const text = new Date(ms + 9 * HOUR_MS).toISOString().slice(8, 13);
  const special: Readonly<Record<string, Quality | null>> = {
    '19T09': 'missing',
    '19T10': null,
    '19T15': 'withdrawn',
    '21T02': 'estimated',
    '21T03': 'estimated',
    '21T05': 'interpolated',
    '21T10': null,
  };
  return text in special ? (special[text] ?? null) : 'measured';
}

function siteKwh(ms: number): number {
  const local = new Date(ms + 9 * HOUR_MS);
  const hour = local.getUTCHours();
  if (local.getUTCDate() === 18) return hour >= 13 && hour < 18 ? 2000 : 500;
  return (LOAD[hour] ?? 0) + ((local.getUTCDate() * 7 + hour * 3) % 11) - 0.125;
}

interface Part {
  readonly meter: string;
  readonly channel: 'energy-import' | 'gas-volume';
  /** Share of the site's load in per cent; for gas, m³ per kWh of it. */
  readonly share: number;
  /** kWh per unit × 10. */
  readonly kwhTimesTen: bigint;
}

const PARTS: readonly Part[] = [
  { meter: 'main', channel: 'energy-import', share: 100, kwhTimesTen: 10n },
  { meter: 'press', channel: 'energy-import', share: 34, kwhTimesTen: 10n },
  { meter: 'compressor', channel: 'energy-import', share: 17, kwhTimesTen: 10n },
  { meter: 'furnace', channel: 'energy-import', share: 29, kwhTimesTen: 10n },
  { meter: 'gas', channel: 'gas-volume', share: 6, kwhTimesTen: 125n },
];

/** All buckets of one channel up to the newest closed hour. */
function hoursOf(part: Part): readonly HourRead[] {
  const hours: HourRead[] = [];
  let register = 1_284_311n * MICRO;
  for (let ms = FIRST; ms + HOUR_MS + 90_000 <= NOW; ms += HOUR_MS) {
    const counted = BigInt(Math.round(siteKwh(ms) * part.share * 10)) * 1000n;
    const before = register;
    register += counted;
    const quality = qualityAt(ms);
    if (quality === null) continue;
    const known = quality !== 'missing' && quality !== 'withdrawn';
    const weight = part.meter === 'main' ? coefficientAt(ms) : UNWEIGHED;
    const energy = known ? (counted * part.kwhTimesTen) / 10n : null;
    hours.push({
      meter: part.meter,
      channel: part.channel,
      startMs: instant(ms),
      endMs: instant(ms + HOUR_MS),
      generation: 1,
      revision: quality === 'estimated' ? 2 : 1,
      quality,
      coverageMicro:
        quality === 'measured'
          ? 1_000_000
          : quality === 'interpolated'
            ? 960_000
            : quality === 'estimated'
              ? 410_000
              : 0,
      quantityMicro: known ? counted : null,
      energyMicroKwh: energy,
      startRegisterMicro: before,
      endRegisterMicro: known ? register : null,
      coefficient: weight,
      energyMicroMj:
        energy === null || weight.mjPerKwhMicro === null ? null : (energy * weight.mjPerKwhMicro) / MICRO,
      allocatedMicroMj: null,
    });
  }
  return hours;
}

const ago = (ms: number): EpochMs => instant(NOW - ms);

function electricity(kw: number, atMs: EpochMs): MeterRead['gauges'] {
  const ampere = kw / (Math.sqrt(3) * 0.2 * 0.95);
  return [
    { gauge: 'power', value: kw * 1000, unit: 'W', atMs },
    { gauge: 'voltage-l1', value: 201.3, unit: 'V', atMs },
    { gauge: 'voltage-l2', value: 200.6, unit: 'V', atMs },
    { gauge: 'voltage-l3', value: 201.0, unit: 'V', atMs },
    { gauge: 'current-l1', value: ampere, unit: 'A', atMs },
    { gauge: 'current-l2', value: ampere * 1.02, unit: 'A', atMs },
    { gauge: 'current-l3', value: ampere * 0.97, unit: 'A', atMs },
    { gauge: 'power-factor', value: 0.951, unit: '1', atMs },
    { gauge: 'frequency', value: 59.98, unit: 'Hz', atMs },
  ];
}

function metersNow(registers: ReadonlyMap<string, bigint>, mainKw: number): readonly MeterRead[] {
  const energy = (meter: string, extraMicro: bigint, atMs: EpochMs): MeterRead['channels'] => [
    {
      channel: 'energy-import',
      unit: 'kWh',
      keptBy: 'meter',
      registerMicro: (registers.get(meter) ?? 0n) + extraMicro,
      registerAtMs: atMs,
    },
  ];
  const sub = { role: 'sub', parent: 'main', health: 'ok', fault: null } as const;
  return [
    {
      id: 'main',
      name: '受電',
      type: 'schneider-iem3155',
      typeName: { ja: 'Schneider iEM3155', en: 'Schneider iEM3155' },
      role: 'grid-import',
      parent: null,
      line: 'lan',
      health: 'ok',
      lastAnswerMs: ago(900),
      fault: null,
      channels: energy('main', 207_300_000n, ago(900)),
      gauges: electricity(mainKw, ago(900)),
      hints: [],
    },
    {
      id: 'press',
      name: 'プレス',
      type: 'eastron-sdm630',
      typeName: { ja: 'Eastron SDM630', en: 'Eastron SDM630' },
      line: 'rs485',
      ...sub,
      lastAnswerMs: ago(1400),
      channels: energy('press', 70_120_000n, ago(1400)),
      gauges: electricity(183.4, ago(1400)),
      hints: [],
    },
    {
      id: 'compressor',
      name: 'コンプレッサー',
      type: 'eastron-sdm630',
      typeName: { ja: 'Eastron SDM630', en: 'Eastron SDM630' },
      line: 'rs485',
      ...sub,
      health: 'failing',
      lastAnswerMs: ago(31_000),
      fault: fault('crc-error', { unit: 3, line: 'rs485' }),
      channels: energy('compressor', 34_810_000n, ago(31_000)),
      gauges: electricity(88.2, ago(31_000)),
      hints: [],
    },
    {
      id: 'furnace',
      name: '電気炉',
      type: 'generic',
      typeName: { ja: '設定ファイルのレジスタ表', en: 'by the map in the site file' },
      line: 'lan',
      ...sub,
      health: 'offline',
      lastAnswerMs: ago(2_340_000),
      fault: fault('no-answer', { unit: 4, line: 'lan', timeoutMs: 1000 }),
      channels: energy('furnace', 0n, ago(2_340_000)),
      gauges: electricity(150, ago(2_340_000)),
      hints: [],
    },
    {
      id: 'gas',
      name: 'ボイラー都市ガス',
      type: 'generic-pulse-counter',
      typeName: { ja: 'パルスカウンター 4 入力', en: 'pulse counter, 4 inputs' },
      role: 'gas',
      parent: null,
      line: 'rs485',
      health: 'ok',
      lastAnswerMs: ago(2100),
      fault: null,
      channels: [
        {
          channel: 'gas-volume',
          unit: 'm3',
          keptBy: 'meter',
          registerMicro: (registers.get('gas') ?? 0n) + 11_600_000n,
          registerAtMs: ago(2100),
        },
      ],
      gauges: [{ gauge: 'flow', value: 31.6, unit: 'm3/h', atMs: ago(2100) }],
      hints: [],
    },
  ];
}

function coefficients(fromMs: EpochMs, toMs: EpochMs): CoefficientsRead {
  const spans: CoefficientSpan[] = [];
  for (let ms = fromMs; ms < toMs; ms = instant(ms + HOUR_MS)) {
    const weight = coefficientAt(ms);
    const last = spans.at(-1);
    const endMs = instant(ms + HOUR_MS);
    if (last && last.class === weight.class) spans[spans.length - 1] = { ...last, endMs };
    else spans.push({ startMs: ms, endMs, ...weight });
  }
  return { ruleSet: 'fy2023', normalMjPerKwhMicro: 9_400_000n, spans };
}

export interface FakePlant {
  readonly reads: DashboardReads;
  readonly live: LiveFeed;
  /** Laid over what status() says. */
  readonly change: (part: Partial<StatusRead>, kind?: LiveChange) => void;
  /** Writes (or revises) the bucket of the main meter that begins at that instant. */
  readonly writeHour: (startMs: EpochMs, energyMicroKwh: bigint) => void;
  readonly setMainPower: (kw: number) => void;
  /** The plant's time, moved by some ms. */
  readonly now: (shiftMs: number) => EpochMs;
  readonly listeners: () => number;
  /** The next read rejects with this. */
  readonly breakWith: (error: Error | null) => void;
}

export function fakePlant(): FakePlant {
  const hours = PARTS.flatMap(hoursOf);
  const registers = new Map(
    hours.flatMap((hour) =>
      hour.endRegisterMicro === null ? [] : [[hour.meter, hour.endRegisterMicro] as const],
    ),
  );
  const listeners = new Set<(change: LiveChange) => void>();
  let overlay: Partial<StatusRead> = {};
  let mainKw = 534.2;
  let broken: Error | null = null;
  const orBreak = <T>(value: T): T => {
    if (broken) throw broken;
    return value;
  };
  const tell = (change: LiveChange): void => {
    for (const listener of listeners) listener(change);
  };
  const source: HourSource = {
    sinceOf: () => instant(FIRST),
    site: () => ({
      id: 'demo-factory',
      name: '実演工場',
      timezone: 'Asia/Tokyo',
      gridArea: 'kyushu',
      gateway: 'gw1',
      version: '0.1.0',
      meters: metersNow(registers, mainKw),
    }),
    hours: ({ fromMs, toMs, meter }: HoursQuery) =>
      orBreak(hours).filter(
        (hour) => hour.startMs >= fromMs && hour.startMs < toMs && (meter === null || hour.meter === meter),
      ),
    coefficients,
    explained: () => [],
  };
  const reads: DashboardReads = {
    ...source,
    ask: (question) => answerHere(question, source),
    demand: () => ({ demands: [], notify: [] }),
    ahead: fakeAhead({ now: () => overlay.nowMs ?? NOW, weightAt: coefficientAt, loadKwh: LOAD }),
    now: () => overlay.nowMs ?? NOW,
    status: () =>
      orBreak({
        nowMs: NOW,
        dataAsOfMs: ago(900),
        startedMs: instant(FIRST),
        clockTrust: 'ntp',
        clock: CLOCK_OK,
        storage: STORAGE_OK,
        alarm: null,
        mqtt: { connected: true, backlog: 0, oldestUnsentMs: null, fault: null },
        newestDocument: {
          document: 'kyushu-2026-11',
          revision: 2,
          issuedMs: instant(Date.parse('2026-11-17T17:00:00+09:00')),
        },
        coefficientFault: null,
        meters: metersNow(registers, mainKw),
        questions: [],
        ...overlay,
      }),
  };
  return {
    reads,
    live: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    change: (part, kind = 'live') => {
      overlay = { ...overlay, ...part };
      tell(kind);
    },
    writeHour: (startMs, energyMicroKwh) => {
      const weight = coefficientAt(startMs);
      const at = hours.findIndex((hour) => hour.meter === 'main' && hour.startMs === startMs);
      const model = hours[Math.max(at, 0)];
      if (!model) throw new Error('the plant has no hours');
      const written: HourRead = {
        ...model,
        startMs,
        endMs: instant(startMs + HOUR_MS),
        revision: at < 0 ? 1 : model.revision + 1,
        quantityMicro: energyMicroKwh,
        energyMicroKwh,
        energyMicroMj: (energyMicroKwh * (weight.mjPerKwhMicro ?? 0n)) / MICRO,
        coefficient: weight,
      };
      if (at < 0) hours.push(written);
      else hours[at] = written;
      tell('hours');
    },
    setMainPower: (kw) => {
      mainKw = kw;
      tell('live');
    },
    now: (shiftMs) => instant(NOW + shiftMs),
    listeners: () => listeners.size,
    breakWith: (error) => {
      broken = error;
    },
  };
}
