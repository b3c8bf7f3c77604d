/** Rules of gpio lines and of the meters on them. */
import { CHANNEL_UNITS } from '../gateway/domain/meters.ts';
import { HINTS } from './hints.ts';
import {
  type CheckContext,
  channelsOf,
  type LooseMeter,
  ratedPerHour,
  weightPerPulse,
} from './meter-checks.ts';
import { defaultFilter, MAX_PULSE_HZ, MAX_PULSE_INTERVAL_MS, PULSE_TYPES } from './pulse-types.ts';

/** Keys that only a meter on a gpio line has. */
const GPIO_KEYS = ['filter', 'activeLow', 'bias', 'timingInput'] as const;
/** Keys of meters that are asked. */
const ASKED_KEYS = ['unit', 'pause', 'refresh', 'registerMultiplier', 'map'] as const;

/** An edge filter must end before the next pulse begins, with something to spare for a load above the rating. */
const EDGE_SHARE = 0.9;

function hzAtRating(meter: LooseMeter): number | null {
  const [channel] = channelsOf(meter);
  if (!channel || !CHANNEL_UNITS[channel]) return null;
  const rated = ratedPerHour(meter, channel);
  const weight = weightPerPulse(meter, channel);
  if (!rated || !weight) return null;
  return Number(rated.num * weight.den) / Number(rated.den * weight.num) / 3_600;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function checkFilter(meter: LooseMeter, given: ReadonlySet<string>, context: CheckContext): void {
  const hz = hzAtRating(meter);
  if (hz === null) return;
  const at = ['meters', meter.id];
  if (hz > MAX_PULSE_HZ) {
    context.report(at, 'pulse-fast', { meter: meter.id, hz: shown(hz), limit: MAX_PULSE_HZ });
    return;
  }
  if (given.has('filter') && !meter.fields.filter) return;
  const filter = meter.fields.filter ?? defaultFilter(meter.fields.type ?? '');
  const most = (1_000 / hz) * (filter.kind === 'edge' ? EDGE_SHARE : 0.5);
  if (filter.ms < most) return;
  const about = { kind: filter.kind, ms: filter.ms, most: Math.max(1, Math.ceil(most) - 1) };
  context.report(given.has('filter') ? [...at, 'filter'] : at, 'filter-slow', {
    ...about,
    meter: meter.id,
    hz: shown(hz),
  });
}

function checkService(meter: LooseMeter, given: ReadonlySet<string>, context: CheckContext): void {
  const at = ['meters', meter.id];
  if (given.has('pulseWeight')) context.report([...at, 'pulseWeight'], 'service-weight');
  for (const field of ['ct', 'vt'] as const) {
    const hint = HINTS[`meters.*.${field}`]?.example ?? '';
    if (!given.has(field)) context.report(at, 'service-ratio', { field, hint });
  }
}

/** Whether the meter is one of a gpio line, judged by its line where that is known, else by its type. */
export function isOnGpio({ fields }: LooseMeter, context: CheckContext): boolean {
  const kind = fields.line === undefined ? null : context.lines.get(fields.line);
  return kind ? kind === 'gpio' : PULSE_TYPES.has(fields.type ?? '');
}

/** What a meter on a gpio line must have and cannot have, and what only such a one may have. */
export function checkGpioMeter(meter: LooseMeter, given: ReadonlySet<string>, context: CheckContext): void {
  const at = ['meters', meter.id];
  const { line = '', type, interval, input, timingInput } = meter.fields;
  const isPulse = type !== undefined && PULSE_TYPES.has(type);
  const kind = context.lines.get(line);
  if (!isOnGpio(meter, context)) {
    for (const field of GPIO_KEYS)
      if (given.has(field)) context.report([...at, field], 'gpio-only', { field });
    if (isPulse && kind) context.report([...at, 'type'], 'gpio-type-elsewhere', { type, line });
    if (kind && !isPulse && !given.has('unit'))
      context.report([...at, 'unit'], 'missing', {
        field: 'unit',
        hint: HINTS['meters.*.unit']?.example ?? '',
      });
    return;
  }
  if (type !== undefined && !isPulse) {
    // Types that nobody knows are told as such.
    if (type === 'generic' || context.typeIds.includes(type))
      context.report([...at, 'type'], 'gpio-type', { type, line });
    return;
  }
  for (const field of ASKED_KEYS) if (given.has(field)) context.report([...at, field], 'gpio-not', { field });
  if (interval !== undefined && interval > MAX_PULSE_INTERVAL_MS)
    context.report([...at, 'interval'], 'gpio-interval', { limit: MAX_PULSE_INTERVAL_MS / 1_000 });
  if (context.gpioMajors.get(line) === 1) {
    for (const [field, found] of [['input', input] as const, ['timingInput', timingInput] as const]) {
      if (typeof found === 'string') context.report([...at, field], 'gpio-names', { found });
    }
  }
  if (!isPulse) return;
  const wanted = type === 'service-pulse' ? (['input'] as const) : (['input', 'pulseWeight'] as const);
  for (const field of wanted) {
    const hint = HINTS[`meters.*.${field}`]?.example ?? '';
    if (!given.has(field)) context.report(at, 'input-missing', { field, type, hint, inputs: '' });
  }
  if (type === 'service-pulse') checkService(meter, given, context);
  // Without its ratios nothing is known of a service pulse.
  const isKnown = type !== 'service-pulse' || (given.has('ct') && given.has('vt'));
  if (isKnown) checkFilter(meter, given, context);
}

/** Each input of a chip belongs to one meter; a timing pulse may be that of several. */
export function checkGpioInputs(meters: readonly LooseMeter[], context: CheckContext): void {
  const counted = new Map<string, string>();
  const on = meters.filter((meter) => isOnGpio(meter, context));
  const key = (line: string | undefined, input: string | number): string => `${line}\n${input}`;
  for (const { id, fields } of on) {
    const { line, input } = fields;
    if (line === undefined || input === undefined) continue;
    const other = counted.get(key(line, input));
    if (other === undefined) counted.set(key(line, input), id);
    else context.report(['meters', id, 'input'], 'gpio-input-shared', { input, line, other });
  }
  for (const { id, fields } of on) {
    const { line, timingInput: input } = fields;
    if (line === undefined || input === undefined) continue;
    const other = counted.get(key(line, input));
    if (other !== undefined)
      context.report(['meters', id, 'timingInput'], 'gpio-input-shared', { input, line, other });
  }
}

/** The alarm contact is an output of its own. @param alarm as written, each key readable or not */
export function checkAlarm(
  alarm: Readonly<Record<string, unknown>>,
  lines: readonly { readonly id: string; readonly chip?: string | undefined }[],
  meters: readonly LooseMeter[],
  report: CheckContext['report'],
): void {
  const { chip, output, major } = alarm;
  if (typeof output === 'string' && major === 1)
    report(['alarm', 'output'], 'alarm-names', { found: output });
  const bare = (name: string): string => name.replace(/^\/dev\//, '');
  if (typeof chip !== 'string' || (typeof output !== 'string' && typeof output !== 'number')) return;
  for (const { id, fields } of meters) {
    const wired = lines.find((line) => line.id === fields.line)?.chip;
    if (wired === undefined || bare(wired) !== bare(chip)) continue;
    if (fields.input === output || fields.timingInput === output)
      report(['alarm', 'output'], 'alarm-input', { output, chip, meter: id });
  }
}

/** One chip, one line: or the same input could be given to two. */
export function checkChips(
  lines: readonly { readonly id: string; readonly chip?: string | undefined }[],
  report: CheckContext['report'],
): void {
  const seen = new Map<string, string>();
  for (const { id, chip } of lines) {
    if (chip === undefined) continue;
    const name = chip.replace(/^\/dev\//, '');
    const other = seen.get(name);
    if (other === undefined) seen.set(name, id);
    else report(['lines', id, 'chip'], 'chip-shared', { line: id, other });
  }
}
