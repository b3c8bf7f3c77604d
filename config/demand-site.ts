/** `demand:` and `notify:`: what is wrong in them, and what they become. */

import { DEMAND_LEVELS, type DemandLevel, type DemandPlan } from '../gateway/domain/demand/plan.ts';
import { isPrivateAddress } from '../gateway/domain/demand/private-address.ts';
import { CHANNEL_UNITS, type ChannelName, type ChannelUnit } from '../gateway/domain/meters.ts';
import { multiply, type Rational, rational, toMicro } from '../gateway/domain/rational.ts';
import { type DemandFile, demandSchema } from './demand-schema.ts';
import { type Quantity, RATE_UNITS } from './exact.ts';
import { type CheckContext, channelsOf, type LooseMeter } from './meter-checks.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { suggestionText } from './problem-texts.ts';

const DEFAULTS = {
  id: 'grid',
  periodMs: 1_800_000,
  caution: { value: rational(95n), unit: '%' },
  warning: { value: rational(100n), unit: '%' },
  limit: { value: rational(110n), unit: '%' },
  hysteresis: { value: rational(2n), unit: '%' },
  holdMs: 60_000,
  quietMs: 300_000,
  method: 'moving-average',
} as const;

type Block = Readonly<Record<string, unknown>>;

/** A single demand or a list of them, with the path of each. */
export function demandBlocks(data: unknown): { readonly at: Path; readonly block: Block }[] {
  const isBlock = (value: unknown): value is Block =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (Array.isArray(data))
    return data.flatMap((block: unknown, n) => (isBlock(block) ? [{ at: ['demand', n], block }] : []));
  return isBlock(data) ? [{ at: ['demand'], block: data }] : [];
}

interface Member {
  readonly meter: string;
  readonly channel: ChannelName;
}

function membersOf(named: readonly string[] | undefined, meters: readonly LooseMeter[]): Member[] {
  const wanted = named
    ? meters.filter(({ id }) => named.includes(id))
    : meters.filter(({ fields }) => fields.role === 'grid-import');
  return wanted.flatMap((meter) => {
    const channel = channelsOf(meter)[0];
    return channel === undefined ? [] : [{ meter: meter.id, channel }];
  });
}

const unitsOf = (members: readonly Member[]): ChannelUnit[] => [
  ...new Set(members.map(({ channel }) => CHANNEL_UNITS[channel])),
];

/** Native units per hour; % are of the target. Null when the unit is none of those. */
function powerOf({ value, unit }: Quantity, of: ChannelUnit, target: Rational | null): Rational | null {
  if (unit === '%') return target && multiply(multiply(value, target), rational(1n, 100n));
  const each = RATE_UNITS[of][unit];
  return each ? multiply(value, each) : null;
}

function quantityAt(block: Block, ...path: string[]): Quantity | undefined {
  let value: unknown = block;
  for (const key of path)
    value = typeof value === 'object' && value !== null ? (value as Block)[key] : undefined;
  const parsed = value === undefined ? undefined : demandSchema.shape.target.safeParse(value);
  return parsed?.success ? parsed.data : undefined;
}

function levelsOf(block: Block): Readonly<Record<DemandLevel, Quantity>> {
  return {
    caution: quantityAt(block, 'levels', 'caution') ?? DEFAULTS.caution,
    warning: quantityAt(block, 'levels', 'warning') ?? DEFAULTS.warning,
    limit: quantityAt(block, 'levels', 'limit') ?? quantityAt(block, 'contract') ?? DEFAULTS.limit,
  };
}

const monthsOf = ({ billed }: Block): string[] =>
  typeof billed === 'object' && billed !== null ? Object.keys(billed) : [];

/** Powers that stand for themselves; the others may be parts of the target. */
const WHOLE_POWERS: ReadonlySet<string> = new Set(['target', 'contract', 'billed']);

function checkPowers(at: Path, block: Block, unit: ChannelUnit, { report, warn }: CheckContext): void {
  const known = Object.keys(RATE_UNITS[unit]).join(', ');
  const written = quantityAt(block, 'target');
  const target = written && written.unit !== '%' ? powerOf(written, unit, null) : null;
  const billed = monthsOf(block).map((month) => ['billed', month]);
  const levels = DEMAND_LEVELS.map((one) => ['levels', one]);
  const fields = [['target'], ['contract'], ['hysteresis'], ...levels, ...billed];
  for (const path of fields) {
    const found = quantityAt(block, ...path);
    if (!found) continue;
    const field = String(path.at(-1));
    const hint = `\`${field}: 450 ${known.split(',')[0]}\``;
    const isWhole = WHOLE_POWERS.has(path[0] ?? '');
    if (found.unit === '%' && isWhole) report([...at, ...path], 'demand-target-part', { field, hint });
    else if (found.unit !== '%' && powerOf(found, unit, null) === null)
      report([...at, ...path], isWhole ? 'demand-power-unit' : 'demand-unit', { found: found.unit, known });
  }
  const contract = quantityAt(block, 'contract');
  const contractPower = contract && powerOf(contract, unit, null);
  if (target && contractPower && toMicro(target) > toMicro(contractPower))
    warn([...at, 'target'], 'demand-above-contract');
  if (target) checkOrder(at, block, { unit, target, report });
}

function checkOrder(
  at: Path,
  block: Block,
  { unit, target, report }: { unit: ChannelUnit; target: Rational; report: CheckContext['report'] },
): void {
  const levels = levelsOf(block);
  for (const [n, level] of DEMAND_LEVELS.entries()) {
    const below = DEMAND_LEVELS[n - 1];
    if (!below) continue;
    const [lower, upper] = [powerOf(levels[below], unit, target), powerOf(levels[level], unit, target)];
    if (!lower || !upper || toMicro(lower) <= toMicro(upper)) continue;
    const shown = (value: Rational): string => `${Number(toMicro(value)) / 1e6}`;
    const isWritten = quantityAt(block, 'levels', level) !== undefined;
    report([...at, ...(isWritten ? ['levels', level] : ['target'])], 'demand-levels', {
      level,
      value: shown(upper),
      below,
      belowValue: shown(lower),
    });
  }
}

/** What is wrong between the fields of `demand:`; the schema tells of each alone. */
export function checkDemand(data: unknown, meters: readonly LooseMeter[], context: CheckContext): void {
  const ids = new Set<string>();
  for (const { at, block } of demandBlocks(data)) {
    const { report, language } = context;
    const named = Array.isArray(block.meters)
      ? block.meters.filter((one): one is string => typeof one === 'string')
      : undefined;
    for (const [n, meter] of (named ?? []).entries()) {
      const known = context.meterIds;
      if (!known.includes(meter)) {
        const suggestion = suggestionText(nearest(meter, known), known, language);
        const what = language === 'ja' ? 'メーター' : 'meter';
        report([...at, 'meters', n], 'unknown-reference', { what, found: meter, suggestion });
      } else if (named?.indexOf(meter) !== n) report([...at, 'meters', n], 'demand-few-meters', { meter });
    }
    const id = typeof block.id === 'string' ? block.id : DEFAULTS.id;
    if (ids.has(id)) report([...at, ...(block.id === undefined ? [] : ['id'])], 'demand-id', { id });
    ids.add(id);
    if (block.meteringDay !== undefined && block.closingDay !== undefined)
      report([...at, 'closingDay'], 'demand-month');
    const members = membersOf(named, meters);
    const units = unitsOf(members);
    if (named === undefined && members.length === 0) report(at, 'demand-no-meter');
    if (units.length > 1) report([...at, 'meters'], 'demand-units', { found: units.join(', ') });
    else if (units[0]) checkPowers(at, block, units[0], context);
  }
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** Names that can mean nothing but this machine, and addresses of a site's own networks. */
function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || isPrivateAddress(bare);
}

/** @param section `notify:` as written */
export function checkNotify(section: Block, watches: boolean, { report, warn }: CheckContext): void {
  const part = (key: string): Block =>
    typeof section[key] === 'object' && section[key] !== null ? (section[key] as Block) : {};
  const { url: written, caFile } = part('webhook');
  const at = ['notify', 'webhook'];
  if (typeof written === 'string') {
    const url = urlOf(written);
    const web = url?.protocol === 'https:' || url?.protocol === 'http:';
    if (url && web && (url.username !== '' || url.password !== '')) report([...at, 'url'], 'secret-in-url');
    else if (!url || !web)
      report([...at, 'url'], 'wrong-form', { field: 'url', hint: '`url: https://example.com/hook`' });
    else if (url.protocol === 'http:' && !isPrivateHost(url.hostname))
      report([...at, 'url'], 'notify-plain', { host: url.hostname });
    else if (url.protocol === 'http:' && caFile !== undefined)
      report([...at, 'caFile'], 'tls-unused', { field: 'caFile' });
  }
  const mail = part('mail');
  if ((mail.username === undefined) !== (mail.password === undefined))
    report(['notify', 'mail', mail.username === undefined ? 'password' : 'username'], 'notify-password');
  else if (mail.security === 'none') {
    const isPrivate = typeof mail.host !== 'string' || isPrivateHost(mail.host);
    if (!isPrivate || mail.password !== undefined) report(['notify', 'mail', 'security'], 'notify-open-mail');
    if (mail.caFile !== undefined) report(['notify', 'mail', 'caFile'], 'tls-unused', { field: 'caFile' });
  }
  if (!watches && Object.keys(section).length > 0) warn(['notify'], 'notify-nothing-watched');
}

const DEMAND_UNITS: Readonly<Record<ChannelUnit, string>> = { kWh: 'kW', m3: 'm3/h', t: 't/h', GJ: 'GJ/h' };

function sure<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`the checks of demand let ${what} pass`);
  return value;
}

function buildDemand(file: DemandFile, meters: readonly LooseMeter[]): DemandPlan {
  const channels = membersOf(file.meters, meters);
  const unit = sure(unitsOf(channels)[0], 'no meter');
  const target = sure(powerOf(file.target, unit, null), 'its target');
  const micro = (quantity: Quantity): bigint =>
    toMicro(sure(powerOf(quantity, unit, target), `${quantity.unit} of ${unit}`));
  const { caution, warning, limit } = file.levels ?? {};
  const id = file.id ?? DEFAULTS.id;
  return {
    id,
    name: file.name ?? id,
    channels,
    unit,
    demandUnit: DEMAND_UNITS[unit],
    periodMs: file.period ?? DEFAULTS.periodMs,
    targetMicro: toMicro(target),
    contractMicro: file.contract ? micro(file.contract) : null,
    levelsMicro: {
      caution: micro(caution ?? DEFAULTS.caution),
      warning: micro(warning ?? DEFAULTS.warning),
      limit: micro(limit ?? file.contract ?? DEFAULTS.limit),
    },
    hysteresisMicro: micro(file.hysteresis ?? DEFAULTS.hysteresis),
    holdMs: file.hold ?? DEFAULTS.holdMs,
    quietMs: file.quiet ?? DEFAULTS.quietMs,
    method: file.method ?? DEFAULTS.method,
    month:
      file.closingDay === undefined
        ? { kind: 'metering', day: file.meteringDay ?? 1 }
        : { kind: 'closing', day: file.closingDay },
    billed: Object.fromEntries(
      Object.entries(file.billed ?? {}).map(([month, value]) => [month, micro(value)]),
    ),
  };
}

export function buildDemands(
  file: DemandFile | readonly DemandFile[] | undefined,
  meters: readonly LooseMeter[],
): DemandPlan[] {
  const files: readonly DemandFile[] =
    file === undefined ? [] : Array.isArray(file) ? file : [file as DemandFile];
  return files.map((one) => buildDemand(one, meters));
}
