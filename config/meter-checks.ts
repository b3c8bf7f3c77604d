/**
 * Rules between the fields of one meter: its type, role, weight, ratios and rating must fit each other. Works on
 * whatever fields could be read, so that one mistake does not hide the next.
 */
import type { Language } from '../gateway/domain/faults.ts';
import { CHANNEL_NAMES, CHANNEL_UNITS, type ChannelName, type Role } from '../gateway/domain/meters.ts';
import { multiply, ONE, type Rational, reduced } from '../gateway/domain/rational.ts';
import type { Lookup } from './data-files.ts';
import { AMOUNT_UNITS, pulseWeightOf, RATE_UNITS } from './exact.ts';
import type { EnergyFactor } from './factors.ts';
import { HINTS } from './hints.ts';
import { DEFAULT_INTERVAL_MS, HOURS_AFTER_MS, MEASURED_WITHIN_MS } from './intervals.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { suggestionText, type TextKey, type TextValues } from './problem-texts.ts';
import { PULSE_TYPES } from './pulse-types.ts';
import type { MeterFile } from './site-schema.ts';
import type { CumulativeMap, LineConfig, MeterType } from './types.ts';

/** The fields of a meter that could be read; `resolved` is its type when that is known. */
export interface LooseMeter {
  readonly id: string;
  readonly fields: { readonly [Key in keyof MeterFile]?: MeterFile[Key] | undefined };
  readonly resolved: MeterType | null;
}

export interface CheckContext {
  readonly lines: ReadonlyMap<string, LineConfig['kind'] | null>;
  /** Majors of libgpiod that gpio lines name. */
  readonly gpioMajors: ReadonlyMap<string, 1 | 2>;
  readonly meterIds: readonly string[];
  readonly typeIds: readonly string[];
  readonly factors: Lookup<EnergyFactor>;
  readonly language: Language;
  readonly report: (path: Path, text: TextKey, values?: TextValues) => void;
  /** What may be meant so, but deserves a look. */
  readonly warn: (path: Path, text: TextKey, values?: TextValues) => void;
}

/** Channels that suit a role, the usual one first. A generation meter is normally wired so that it counts forward. */
const ROLE_CHANNELS: Readonly<Record<Role, readonly ChannelName[]>> = {
  'grid-import': ['energy-import'],
  'grid-export': ['energy-export', 'energy-import'],
  'generation-pv': ['energy-import', 'energy-export'],
  'generation-chp': ['energy-import', 'energy-export'],
  sub: ['energy-import', 'energy-export'],
  gas: ['gas-volume'],
  steam: ['steam-mass', 'heat'],
  heat: ['heat'],
  water: ['water-volume'],
  other: CHANNEL_NAMES,
};

/** Whether pulses of this weight can count that channel. The service pulse counts electricity, though heat has kWh too. */
function pulsesCount({ fields, resolved }: LooseMeter, name: ChannelName): boolean {
  if (resolved?.id === 'service-pulse' && !name.startsWith('energy')) return false;
  return !fields.pulseWeight || pulseWeightOf(fields.pulseWeight, CHANNEL_UNITS[name]) !== null;
}

/**
 * The channels a meter gives. Of a register meter: those named, else the first its role and type share. Of a pulse
 * input: the one named, else the role's first that is counted in the weight's unit. Empty when none fits.
 */
export function channelsOf(meter: LooseMeter): readonly ChannelName[] {
  const { role, channels } = meter.fields;
  if (!role || !meter.resolved) return [];
  const suitable = ROLE_CHANNELS[role];
  const offered: (name: ChannelName) => boolean = meter.resolved.pulseInputs
    ? (name) => pulsesCount(meter, name)
    : (name) => meter.resolved?.channels[name] !== undefined;
  if (channels) return channels.every((name) => suitable.includes(name) && offered(name)) ? channels : [];
  const fitting = suitable.filter(offered);
  // An `other` pulse in m³ may be gas or water: the person must say.
  if (role === 'other' && meter.resolved.pulseInputs && fitting.length > 1) {
    return fitting.every((name) => name.startsWith('energy')) ? fitting.slice(0, 1) : [];
  }
  return fitting.slice(0, 1);
}

/** Native units per pulse with CT and VT in it where the constant is the secondary side's; null when it does not fit. */
export function weightPerPulse(meter: LooseMeter, channel: ChannelName): Rational | null {
  const { pulseWeight, ct, vt, multiplier } = meter.fields;
  const weight = pulseWeight ? pulseWeightOf(pulseWeight, CHANNEL_UNITS[channel]) : null;
  if (!weight) return null;
  if (weight.ratio === 'primary') return weight.perPulse;
  return reduced(multiply(multiply(weight.perPulse, ct ?? ONE), multiply(vt ?? ONE, multiplier ?? ONE)));
}

/** The rating in native units of the channel per hour; null when its unit does not fit. */
export function ratedPerHour(meter: LooseMeter, channel: ChannelName): Rational | null {
  const rated = meter.fields.rated;
  const each = rated && RATE_UNITS[CHANNEL_UNITS[channel]][rated.unit];
  return rated && each ? reduced(multiply(rated.value, each)) : null;
}

function checkReferences(meter: LooseMeter, context: CheckContext): void {
  const { line, type, parent } = meter.fields;
  const at = ['meters', meter.id];
  const unknown = (field: string, what: string, found: string, known: readonly string[]): void =>
    context.report([...at, field], 'unknown-reference', {
      what,
      found,
      suggestion: suggestionText(nearest(found, known), known, context.language),
    });
  const ja = context.language === 'ja';
  const isGpio = line !== undefined && context.lines.get(line) === 'gpio';
  if (line !== undefined && !context.lines.has(line))
    unknown('line', ja ? '回線' : 'line', line, [...context.lines.keys()]);
  if (type !== undefined && type !== 'generic' && !PULSE_TYPES.has(type) && !context.typeIds.includes(type)) {
    unknown(
      'type',
      ja ? '機種' : 'meter type',
      type,
      isGpio ? [...PULSE_TYPES.keys()] : [...context.typeIds, 'generic'],
    );
  }
  if (parent === meter.id) context.report([...at, 'parent'], 'own-parent', { meter: meter.id });
  else if (parent !== undefined && !context.meterIds.includes(parent)) {
    const others = context.meterIds.filter((other) => other !== meter.id);
    unknown('parent', ja ? 'メーター' : 'meter', parent, others);
  }
}

function checkUnit(meter: LooseMeter, context: CheckContext): void {
  const { line, unit } = meter.fields;
  const kind = line === undefined ? null : context.lines.get(line);
  const rtu = kind === 'modbus-rtu' || kind === 'modbus-rtu-over-tcp';
  if (rtu && unit !== undefined && (unit < 1 || unit > 247)) {
    context.report(['meters', meter.id, 'unit'], 'unit-range', { unit });
  }
}

function checkPulse(
  meter: LooseMeter,
  type: MeterType,
  given: ReadonlySet<string>,
  context: CheckContext,
): void {
  const at = ['meters', meter.id];
  const { input, pulseWeight } = meter.fields;
  const isGpio = PULSE_TYPES.has(type.id);
  if (!type.pulseInputs) {
    for (const field of ['input', 'pulseWeight']) {
      if (given.has(field)) context.report([...at, field], 'pulse-only', { field, type: type.id });
    }
    return;
  }
  const known = Object.keys(type.pulseInputs).join(', ');
  for (const field of isGpio ? [] : ['input', 'pulseWeight']) {
    const inputs = field === 'input' ? ` (${known})` : '';
    const hint = HINTS[`meters.*.${field}`]?.example ?? '';
    if (!given.has(field)) context.report(at, 'input-missing', { field, type: type.id, hint, inputs });
  }
  if (!isGpio && input !== undefined && !(typeof input === 'number' && type.pulseInputs[input]))
    context.report([...at, 'input'], 'input-unknown', { type: type.id, input, known });
  if (!pulseWeight) return;
  const unit = pulseWeight.unit;
  if (/^pulse\/k?Ws$/i.test(unit)) {
    context.report([...at, 'pulseWeight'], 'weight-kws');
    return;
  }
  if (unit.startsWith('pulse/')) return;
  for (const field of ['ct', 'vt', 'multiplier']) {
    if (given.has(field))
      context.report([...at, field], 'weight-ratio', { field, unit: unit.replace('/pulse', '') });
  }
}

function checkChannels(
  meter: LooseMeter,
  type: MeterType,
  given: ReadonlySet<string>,
  context: CheckContext,
): void {
  const at = ['meters', meter.id];
  const { role, channels, pulseWeight } = meter.fields;
  if (!role || /^pulse\/k?Ws$/i.test(pulseWeight?.unit ?? '') || (type.pulseInputs && !pulseWeight)) return;
  if (isTransmitter(meter)) return;
  const suitable = ROLE_CHANNELS[role];
  const chosen = channelsOf(meter);
  if (chosen.length === 0) {
    const field = given.has('channels') ? 'channels' : 'role';
    const wanted = channels ?? suitable;
    const misfit = channels?.some((name) => !suitable.includes(name)) ?? false;
    const counted = type.pulseInputs ? suitable.filter((name) => pulsesCount(meter, name)) : [];
    if (role === 'other' && !channels && counted.length > 0) {
      const hint = counted.map((name) => `\`channels: [${name}]\``).join(' / ');
      context.report(at, 'channel-unclear', { meter: meter.id, hint });
    } else if (type.pulseInputs && !misfit && type.id !== 'service-pulse') {
      const name = wanted[0] ?? 'energy-import';
      const known = Object.keys(AMOUNT_UNITS[CHANNEL_UNITS[name]]).join(', ');
      const hint = `\`pulseWeight: 1 ${CHANNEL_UNITS[name]}\``;
      context.report([...at, 'pulseWeight'], 'weight-unit', {
        found: pulseWeight?.unit || '…',
        channel: name,
        known,
        hint,
      });
    } else {
      const pulses = type.id === 'service-pulse' ? 'energy-import / energy-export' : 'pulses';
      const has = type.pulseInputs ? pulses : Object.keys(type.channels).join(', ');
      context.report([...at, field], 'role-channel', {
        role,
        needs: suitable.join(' / '),
        type: type.id,
        has,
      });
    }
    return;
  }
  for (const name of chosen) checkRating(meter, name, context);
  if (!type.pulseInputs && chosen.every((name) => type.channels[name]?.ratio === 'primary')) {
    for (const side of ['ct', 'vt'] as const) {
      // Where the meter shows its own setting, the ratio says what it should be.
      if (given.has(side) && !showsRatio(type, side))
        context.report([...at, side], 'ratio-unused', { field: side, type: type.id });
    }
  }
}

/** Whether the meter has a register that tells its own CT or VT setting. */
export function showsRatio({ settings }: MeterType, side: 'ct' | 'vt'): boolean {
  return settings?.[`${side}-ratio`] !== undefined || settings?.[`${side}-primary`] !== undefined;
}

function countedMaps(meter: LooseMeter, type: MeterType): readonly CumulativeMap[] {
  const { input } = meter.fields;
  const maps = type.pulseInputs
    ? [typeof input === 'number' ? type.pulseInputs[input] : undefined]
    : channelsOf(meter).map((name) => type.channels[name]);
  return maps.filter((map) => map !== undefined);
}

function checkMultiplier(
  meter: LooseMeter,
  type: MeterType,
  given: ReadonlySet<string>,
  context: CheckContext,
): void {
  const at = ['meters', meter.id];
  const maps = countedMaps(meter, type);
  const hint = HINTS['meters.*.registerMultiplier']?.example ?? '';
  const isGiven = given.has('registerMultiplier');
  if (maps.length > 0 && isGiven && maps.every(({ multiplier }) => multiplier === undefined))
    context.report([...at, 'registerMultiplier'], 'multiplier-unused', { type: type.id });
  if (isGiven) return;
  if (maps.some(({ multiplier }) => multiplier === 'given'))
    context.report(at, 'multiplier-missing', { type: type.id, hint });
  else if (maps.some(({ multiplier }) => multiplier !== undefined))
    context.warn(at, 'multiplier-not-given', { meter: meter.id, hint });
}

function checkInterval(
  meter: LooseMeter,
  type: MeterType,
  given: ReadonlySet<string>,
  context: CheckContext,
): void {
  const ms = (meter.fields.interval ?? DEFAULT_INTERVAL_MS) + (meter.fields.refresh ?? type.updateMs);
  const field = (['interval', 'refresh'] as const).find((one) => given.has(one));
  const at = ['meters', meter.id, ...(field ? [field] : [])];
  const about = { meter: meter.id, seconds: ms / 1000 };
  if (ms > HOURS_AFTER_MS) context.warn(at, 'hours-late', about);
  else if (ms > MEASURED_WITHIN_MS) context.warn(at, 'interval-slow', about);
}

function checkRating(meter: LooseMeter, channel: ChannelName, context: CheckContext): void {
  const at = ['meters', meter.id];
  const { rated, energyFactor } = meter.fields;
  const unit = CHANNEL_UNITS[channel];
  if (rated && ratedPerHour(meter, channel) === null) {
    const units = Object.keys(RATE_UNITS[unit]);
    const found = rated.unit === '' ? '…' : rated.unit;
    context.report([...at, 'rated'], 'rated-unit', {
      found,
      channel,
      known: units.join(', '),
      hint: `\`rated: 100 ${units[0]}\``,
    });
  }
  if (energyFactor === undefined) return;
  if (unit === 'kWh') {
    context.report([...at, 'energyFactor'], 'factor-electric');
    return;
  }
  const factor = context.factors.get(energyFactor);
  const known = [...context.factors.keys()];
  if (!factor) {
    const suggestion = suggestionText(nearest(energyFactor, known), known, context.language);
    const what = context.language === 'ja' ? '係数' : 'energy factor';
    context.report([...at, 'energyFactor'], 'unknown-reference', { what, found: energyFactor, suggestion });
  } else if (factor.unit !== unit) {
    context.report([...at, 'energyFactor'], 'factor-unit', {
      found: factor.id,
      per: factor.unit,
      meter: meter.id,
      unit,
    });
  }
}

/** Whether it shows gauges and counts nothing: a transmitter of a pressure or a temperature. */
export function isTransmitter({ fields, resolved }: LooseMeter): boolean {
  const counts =
    resolved === null || resolved.pulseInputs !== null || Object.keys(resolved.channels).length > 0;
  return !counts && fields.role === 'other' && fields.channels === undefined;
}

/** @param given the keys that are written, readable or not */
export function checkMeter(meter: LooseMeter, given: ReadonlySet<string>, context: CheckContext): void {
  checkReferences(meter, context);
  checkUnit(meter, context);
  const at = ['meters', meter.id];
  if (given.size > 0 && !given.has('rated') && !isTransmitter(meter))
    context.report([...at, 'rated'], 'missing', {
      field: 'rated',
      hint: HINTS['meters.*.rated']?.example ?? '',
    });
  const type = meter.fields.type;
  if (type === 'generic' && !given.has('map'))
    context.report(at, 'map-missing', { hint: HINTS['meters.*.map']?.example ?? '' });
  if (type !== undefined && type !== 'generic' && given.has('map'))
    context.report([...at, 'map'], 'map-unwanted', { type });
  if (!meter.resolved) return;
  checkPulse(meter, meter.resolved, given, context);
  checkChannels(meter, meter.resolved, given, context);
  checkMultiplier(meter, meter.resolved, given, context);
  checkInterval(meter, meter.resolved, given, context);
}
