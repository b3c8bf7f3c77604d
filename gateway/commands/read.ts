/**
 * `hakaru read METER`: one live reading, every quantity with its unit; `--raw` shows the frames, `--watch` goes on.
 * A pulse input is watched for a while, and what it saw in that time is told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { channelSpec } from '../../config/channel-specs.ts';
import { loadSite } from '../../config/load-site.ts';
import type { MeterConfig } from '../../config/types.ts';
import { watchedMeters } from '../../config/watched-meters.ts';
import { openLine } from '../../drivers/open-line.ts';
import { CodedError, fault, faultText } from '../domain/faults.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import { formatRaw } from '../domain/meters.ts';
import { meterTypeName } from '../domain/names.ts';
import type { MeterPoll, PulseReport } from '../domain/ports.ts';
import { formatFraction, formatMicro } from '../domain/rational.ts';
import { type Hint, hintText } from '../domain/validation/hints.ts';
import { judgeWiring } from '../domain/validation/wiring.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { untilStopped } from '../platform/signals.ts';
import { systemClock } from '../platform/system-clock.ts';
import { type Console, words } from './console.ts';
import { table } from './table.ts';

export interface ReadOptions {
  readonly config: string;
  readonly raw?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Between two readings of `--watch`, ms. */
const WATCH_MS = 1_000;
/** A pulse input is watched for so long, ms. */
const PULSES_MS = 10_000;

/** 0103ff → 01 03 ff */
function spaced(hex: string): string {
  return hex.replace(/..(?=.)/g, '$& ');
}

function rows(meter: MeterConfig, poll: MeterPoll): string[][] {
  // A pulse input tells its count at several instants: the last one is of now.
  const newest = new Map(poll.registers.map((sample) => [sample.channel, sample]));
  const registers = [...newest.values()].map(({ channel, raw }) => {
    const spec = channelSpec(meter, channel);
    return [channel, formatMicro(registerMicro(raw, spec.scale)), spec.unit, formatRaw(raw)];
  });
  const settings = (poll.settings ?? []).map(({ setting, value }) => [
    `(${setting})`,
    formatFraction(value),
    '',
    '',
  ]);
  const gauges = poll.gauges.map(({ gauge, value, unit }) => [
    gauge,
    String(Number(value.toPrecision(7))),
    unit,
    '',
  ]);
  return [...registers, ...gauges, ...settings];
}

/** What the figures say about the wiring. */
const HINT = { en: 'Wiring? {code}: {text}', ja: '配線? {code}: {text}' };

const PULSES = {
  en: 'Watched for {seconds} s: {edges} edges, {pulses} pulses. The filter took {bounces} edges for bounce.',
  ja: '{seconds} 秒間の監視: エッジ {edges}、パルス {pulses}。フィルターで除いたエッジ {bounces}。',
};

function pulseText(console: Console, meter: MeterConfig, report: PulseReport, atMs: number): string {
  const { pulses, edges, watchedSinceMs } = report;
  const edgesEach = meter.pulse?.filter.kind === 'pulse' ? 2 : 1;
  return words(console, PULSES, {
    seconds: watchedSinceMs === null ? 0 : Math.round((atMs - watchedSinceMs) / 1_000),
    edges,
    pulses,
    bounces: Math.max(0, edges - pulses * edgesEach),
  });
}

function print(
  console: Console,
  meter: MeterConfig,
  poll: MeterPoll,
  options: ReadOptions,
  { at, hints }: { readonly at: string; readonly hints: readonly Hint[] },
): void {
  if (options.json) {
    const quantities = rows(meter, poll).map(([quantity, value, unit, raw]) => ({
      quantity,
      value,
      unit,
      raw,
    }));
    const problem = poll.fault && { ...poll.fault, text: faultText(poll.fault, console.language) };
    console.out(
      JSON.stringify(
        {
          meter: meter.id,
          at,
          quantities,
          fault: problem,
          hints: hints.map((hint) => ({ ...hint, text: hintText(hint, console.language) })),
          exchanges: poll.exchanges,
          pulses: poll.pulses,
        },
        null,
        2,
      ),
    );
    return;
  }
  console.say(`${meter.id} (${meter.name}) ${meterTypeName(meter.type, console.language)}  ${at}`);
  const header = words(console, { en: 'quantity|value|unit|register', ja: '計量値|値|単位|レジスタ' }).split(
    '|',
  );
  if (poll.registers.length + poll.gauges.length > 0)
    console.out(table(header, rows(meter, poll), new Set([1, 3])));
  for (const exchange of poll.exchanges ?? []) {
    console.out(`> ${spaced(exchange.requestHex)}`);
    const told = exchange.fault ? `(${exchange.fault.code})` : '';
    console.out(
      `< ${exchange.replyHex === null ? '–' : spaced(exchange.replyHex)}  ${exchange.tookMs.toFixed(1)} ms ${told}`.trimEnd(),
    );
  }
  if (poll.pulses) console.out(pulseText(console, meter, poll.pulses, poll.atMs));
  for (const hint of hints)
    console.say(words(console, HINT, { code: hint.code, text: hintText(hint, console.language) }));
  if (poll.fault) console.say(`${poll.fault.code}: ${faultText(poll.fault, console.language)}`);
}

/** @returns 0 when the meter answered whole, 1 when it did not, 130 after Ctrl-C of `--watch` */
export async function read(console: Console, id: string, options: ReadOptions): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  const meter = site.meters.find((one) => one.id === id);
  const lineConfig = site.lines.find((line) => line.id === meter?.line);
  if (!meter || !lineConfig) {
    throw new CodedError(
      fault('meter-unknown', { meter: id, known: site.meters.map((one) => one.id).join(', ') }),
    );
  }
  const watched = watchedMeters(site).find((one) => one.id === id);
  const clock = systemClock(site.clock.trust);
  const grid = hourGrid(site.site.timezone);
  const line = openLine(lineConfig, [meter], { clock });
  try {
    const driver = line.meters[0];
    if (!driver) throw new Error(`line ${lineConfig.id} gave no driver for ${id}`);
    const once = async (): Promise<number> => {
      const ask = () => driver.poll({ raw: meter.pulse !== undefined || (options.raw ?? false) });
      let poll = await ask();
      if (meter.pulse && poll.fault === null && !options.watch) {
        await delay(PULSES_MS);
        poll = await ask();
      }
      const verdicts = watched ? judgeWiring(poll.gauges, watched) : new Map<string, Hint>();
      const hints = [...verdicts.values()].filter((hint) => hint !== null);
      print(console, meter, poll, options, { at: grid.iso(poll.atMs), hints });
      return poll.fault ? 1 : 0;
    };
    if (!options.watch) return await once();
    const stopped = untilStopped().then(() => true);
    for (;;) {
      await once();
      if (await Promise.race([stopped, delay(WATCH_MS, false)])) return 130;
    }
  } finally {
    await line.close();
  }
}
