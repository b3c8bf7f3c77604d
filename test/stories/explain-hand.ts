/**
 * A person with the print of `hakaru explain`, a pencil and the rounding rule. Nothing here comes from the gateway:
 * the labels are those a reader sees, in either language, and the arithmetic is written anew.
 */
import { type Block, type Page, pageOf, type Reader } from './explain-page.ts';

const HALF_HOUR_MS = 1_800_000;
const HOUR_MS = 3_600_000;

/** num/den to the nearest whole number, halves away from zero. */
function rounded(num: bigint, den: bigint): bigint {
  const magnitude = (2n * (num < 0n ? -num : num) + den) / (2n * den);
  return num < 0n ? -magnitude : magnitude;
}

/** "12.5" or "40/3", exact. */
function ratio(text: string): { num: bigint; den: bigint } {
  const found = /^(-?\d+)(?:\.(\d+))?(?:\/(\d+))?$/.exec(text);
  if (!found) throw new Error(`not a number: ${text}`);
  const digits = found[2] ?? '';
  return {
    num: BigInt(`${found[1]}${digits}`),
    den: found[3] ? BigInt(found[3]) : 10n ** BigInt(digits.length),
  };
}

function micro(text: string): bigint {
  const { num, den } = ratio(text);
  return rounded(num * 1_000_000n, den);
}

/** Not the 3 of m3. */
const DECIMAL = String.raw`(?<![\w.])-?\d+(?:\.\d+)?`;
/** The figure a line ends with, "… = 12.5 kWh"; null for words. */
function figure(line: string): bigint | null {
  const found = new RegExp(String.raw`(?:= |^)(${DECIMAL})(?: \S+)?(?: {2}\(.*\))?$`).exec(line);
  return found ? micro(found[1] ?? '') : null;
}

/** "3457444343 × 0.001 = …" or "8388609*2^-3 × 40/3 = …" in millionths of the unit. */
function registerOf(line: string): bigint {
  const [, count = '', exponent = '0', factor = ''] = /^(-?\d+)(?:\*2\^(-?\d+))? × (\S+) =/.exec(line) ?? [];
  const { num, den } = ratio(factor);
  const shift = BigInt(exponent);
  const top = BigInt(count) * num * 1_000_000n;
  return shift < 0n ? rounded(top, den << -shift) : rounded(top << shift, den);
}

/** The last instant of "from … to" or of one instant alone. */
const timeOf = (line: string): number => Date.parse(line.split(' … ').at(-1) ?? '');

function spanOf(text: string): { from: number; to: number } {
  const found = /(\d{4}-\S+) … (\d{4}-[^\s)]+)/.exec(text);
  return { from: Date.parse(found?.[1] ?? ''), to: Date.parse(found?.[2] ?? '') };
}

type Span = ReturnType<typeof spanOf>;
const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));

interface Era {
  readonly no: number;
  readonly openedAt: number;
  readonly opening: bigint;
  readonly base: bigint;
  readonly end: bigint | null;
  /** What passed since then is not known. */
  readonly unknownSince: number | null;
}

interface Mark {
  readonly at: number;
  readonly register: bigint;
  readonly era: Era;
  readonly total: bigint;
}

function markOf(lines: readonly string[], eras: readonly Era[]): Mark {
  const [time = '', arithmetic = '', place = ''] = lines;
  const no = Number(/^\S+ (\d+):/.exec(place)?.[1]);
  const era = eras.find((each) => each.no === no);
  if (!era) throw new Error(`no era for ${place}`);
  const register = registerOf(arithmetic);
  return { at: timeOf(time), register, era, total: era.base + register - era.opening };
}

function erasOf(page: Page): Era[] {
  const eras: Era[] = [];
  for (const block of page.blocks('era')) {
    const [, no = '', cause = ''] = /^\S+ (\d+) \((\S+)\)/.exec(block.heading) ?? [];
    const [openedAt = '', opened = ''] = block.field('opening');
    const opening = registerOf(opened);
    const [wrap] = block.fields('end');
    const [previous] = block.fields('previous');
    let base = figure(block.field('base')[0] ?? '') ?? 0n;
    let unknownSince: number | null = null;
    if (previous) {
      const last = markOf(previous, eras);
      const isKnown = block.field('passed')[0]?.includes('=');
      if (!isKnown) unknownSince = last.at;
      const rolled = cause === 'rollover' ? (last.era.end ?? 0n) : 0n;
      base = last.total + (isKnown ? rolled + opening - last.register : 0n);
    }
    const end = wrap?.[0] ? registerOf(wrap[0]) : null;
    eras.push({ no: Number(no), openedAt: timeOf(openedAt), opening, base, end, unknownSince });
  }
  return eras;
}

interface Boundary {
  readonly at: number;
  readonly total: bigint;
  readonly register: bigint | null;
  readonly bound: bigint;
  readonly step: bigint;
  readonly bracketMs: number;
}

function boundariesOf(page: Page, eras: readonly Era[], counted: boolean): Boundary[] {
  return page.blocks('boundary').map((block) => {
    const at = timeOf(block.heading.split(' ')[1] ?? '');
    const from = markOf(block.field('before'), eras);
    const to = markOf(block.field('after'), eras);
    const span = BigInt(to.at - from.at);
    const risen = counted || span === 0n ? 0n : rounded((to.total - from.total) * BigInt(at - from.at), span);
    const total = from.total + risen;
    let register: bigint | null = null;
    if (block.field('register')[0]?.includes('=')) {
      const shown = from.register + total - from.total;
      const end = from.era.no === to.era.no ? null : from.era.end;
      register = end !== null && shown >= end ? shown - end : shown;
    }
    const line = block.field('bound')[0] ?? '';
    const [low = '', high = '', , step = ''] = line.match(new RegExp(DECIMAL, 'g')) ?? [];
    return {
      at,
      total,
      register,
      bound: micro(high) - micro(low),
      step: micro(step),
      bracketMs: to.at - from.at,
    };
  });
}

interface Fill extends Span {
  readonly micro: bigint;
}

/** What dials say passed unseen, spread over the spans by their length. */
function fillsOf(page: Page): { fills: Fill[]; covered: Span | null } {
  const fills: Fill[] = [];
  const spans: Span[] = [];
  for (const block of page.blocks('dials')) {
    spans.push(spanOf(block.heading));
    const [before, after] = (['before', 'after'] as const).map((label) => {
      const [dial = '', counted = ''] =
        (block.field(label)[0] ?? '').replace(/^\S+/, '').match(new RegExp(DECIMAL, 'g')) ?? [];
      return { dial: micro(dial), counted: micro(counted) };
    });
    if (!before || !after) throw new Error('dials without readings');
    const unseen = after.dial - before.dial - (after.counted - before.counted);
    const stretches = block.fields('fill').map(([line = '']) => spanOf(line));
    const length = stretches.reduce((sum, span) => sum + BigInt(span.to - span.from), 0n);
    let passed = 0n;
    for (const span of stretches) {
      const upTo = (unseen * passed) / length;
      passed += BigInt(span.to - span.from);
      fills.push({ ...span, micro: (unseen * passed) / length - upTo });
    }
  }
  const [first, last] = [spans[0], spans.at(-1)];
  return { fills, covered: first && last ? { from: first.from, to: last.to } : null };
}

const WORST = ['measured', 'interpolated', 'estimated', 'missing'] as const;
type Quality = (typeof WORST)[number];
const worst = (...all: readonly Quality[]): Quality =>
  WORST[Math.max(...all.map((each) => WORST.indexOf(each)))] ?? 'missing';

export interface SlotFigures {
  readonly quantity: bigint | null;
  readonly demand: bigint | null;
  readonly coverage: bigint | null;
  readonly quality: string;
}

export interface Figures {
  readonly slots: readonly SlotFigures[];
  readonly quantity: bigint | null;
  readonly quality: string;
  readonly coverage: bigint | null;
  readonly registers: readonly (bigint | null)[];
  readonly kwh: bigint | null;
  readonly mj: bigint | null;
}

function boundaryQuality(boundary: Boundary, quantity: bigint): Quality {
  if (boundary.register === null) return 'estimated';
  if (boundary.bound <= 2n * boundary.step || boundary.bound * 100n <= quantity) return 'measured';
  return boundary.bracketMs <= HOUR_MS ? 'interpolated' : 'estimated';
}

interface Evidence {
  readonly counted: boolean;
  readonly eras: readonly Era[];
  readonly boundaries: readonly Boundary[];
  readonly fills: readonly Fill[];
  readonly covered: Span | null;
}

interface End {
  readonly total: bigint;
  readonly register: bigint | null;
  readonly boundary: Boundary | null;
}

/** A boundary; or the channel's opening, where it lies in the half-hour from here or in the next. */
function endAt(at: number, { boundaries, eras }: Evidence): End | null {
  const boundary = boundaries.find((each) => each.at === at);
  if (boundary) return { total: boundary.total, register: boundary.register, boundary };
  const first = eras.find(({ no }) => no === 1);
  if (!first || first.openedAt < at || first.openedAt >= at + 2 * HALF_HOUR_MS) return null;
  return { total: 0n, register: first.opening, boundary: null };
}

function slotOf(from: number, block: Block, evidence: Evidence): SlotFigures {
  const span = { from, to: from + HALF_HOUR_MS };
  const [start, end] = [endAt(span.from, evidence), endAt(span.to, evidence)];
  if (!start || !end) return { quantity: null, demand: null, coverage: 0n, quality: 'missing' };
  const unwatched = block.fields('unwatched').map(([line = '']) => spanOf(line));
  const missed = unwatched.reduce((ms, each) => ms + overlap(each, span), 0);
  const begun = start.boundary !== null || (evidence.eras[0]?.openedAt ?? 0) < span.to;
  const coverage = begun ? (BigInt(HALF_HOUR_MS - missed) * 1_000_000n) / BigInt(HALF_HOUR_MS) : 0n;
  let quantity = end.total - start.total;
  if (evidence.counted && unwatched.length > 0) {
    const { covered, fills } = evidence;
    const known = unwatched.every((each) => {
      const [a, b] = [Math.max(each.from, span.from), Math.min(each.to, span.to)];
      return covered !== null && covered.from <= a && b <= covered.to;
    });
    if (!known) return { quantity: null, demand: null, coverage, quality: 'missing' };
    for (const fill of fills) {
      const part = (at: number) => {
        const ms = Math.min(Math.max(at - fill.from, 0), fill.to - fill.from);
        return (fill.micro * BigInt(ms)) / BigInt(fill.to - fill.from);
      };
      quantity += part(span.to) - part(span.from);
    }
    return { quantity, demand: null, coverage, quality: 'estimated' };
  }
  const unknown = evidence.eras.some(
    ({ unknownSince, openedAt }) =>
      unknownSince !== null && overlap({ from: unknownSince, to: openedAt }, span) > 0,
  );
  const quality =
    unknown || !start.boundary || !end.boundary
      ? 'estimated'
      : worst(boundaryQuality(start.boundary, quantity), boundaryQuality(end.boundary, quantity));
  return { quantity, demand: quality === 'measured' ? quantity * 2n : null, coverage, quality };
}

/** What stands for a pressure or a temperature, from its sum; the factor of a half-hour is that of its enthalpies. */
function halfFactor(lines: readonly string[]): { num: bigint; den: bigint } | null {
  for (const line of lines) {
    const [, sum = '', ms = '', mean = ''] = /: (\S+) \S+·ms ÷ (\d+) ms = (\S+) /.exec(line) ?? [];
    if (mean !== '' && rounded(micro(sum), BigInt(ms)) !== micro(mean))
      throw new Error(`not the mean: ${line}`);
  }
  const found = lines.map((line) => /^\((\S+) − (\S+)\) ÷ 3600 = /.exec(line)).find((each) => each !== null);
  if (!found) return null;
  // kWh/kg in millionths, as kWh/t.
  return { num: rounded(micro(found[1] ?? '') - micro(found[2] ?? ''), 3_600n), den: 1_000n };
}

interface Half {
  readonly kwh: bigint | null;
  /** What its kWh rest on. */
  readonly quality: Quality;
}

function halfOf(lines: readonly string[], quantity: bigint | null): Half {
  const factor = halfFactor(lines);
  const said = WORST.find((quality) => lines.at(-1)?.startsWith(`${quality}: `)) ?? 'measured';
  if (quantity === 0n) return { kwh: 0n, quality: 'measured' };
  if (quantity === null || factor === null) return { kwh: null, quality: 'measured' };
  return { kwh: rounded(quantity * factor.num, factor.den), quality: said };
}

/** The hour from its readings up, with not one sum, difference or product taken from the print. */
export function calculate(print: string, reader: Reader): Figures {
  const page = pageOf(print, reader);
  const counted = /(?:kept by|保持) gateway;/.test(page.head);
  const eras = erasOf(page);
  const evidence = { counted, eras, boundaries: boundariesOf(page, eras, counted), ...fillsOf(page) };
  const { from } = spanOf(page.head);
  const slots = page.blocks('slot').map((block, i) => slotOf(from + i * HALF_HOUR_MS, block, evidence));
  const quantity = slots.reduce<bigint | null>(
    (sum, slot) => (sum === null || slot.quantity === null ? null : sum + slot.quantity),
    0n,
  );
  const [hour] = page.blocks('hour');
  const [coefficient] = page.blocks('coefficient');
  const times = (amount: bigint | null, line: string, pattern: RegExp): bigint | null => {
    const found = pattern.exec(line)?.[1];
    if (found === undefined || amount === null) return null;
    const { num, den } = ratio(found);
    return rounded(amount * num, den);
  };
  const halves = (hour?.halves() ?? []).map((lines, i) => halfOf(lines, slots[i]?.quantity ?? null));
  const kwh =
    halves.length === 0
      ? times(quantity, hour?.field('kwh')[0] ?? '', /× (\d\S*)/)
      : halves.reduce<bigint | null>(
          (sum, half) => (sum === null || half.kwh === null ? null : sum + half.kwh),
          0n,
        );
  return {
    slots,
    quantity,
    quality: worst(...slots.map(({ quality }) => quality as Quality), ...halves.map((half) => half.quality)),
    coverage: slots.reduce((sum, { coverage }) => sum + (coverage ?? 0n), 0n) / 2n,
    registers: [from, from + HOUR_MS].map((at) => endAt(at, evidence)?.register ?? null),
    kwh,
    mj: times(kwh, coefficient?.field('value')[0] ?? '', /^(\d\S*) MJ\/kWh/),
  };
}

/** The figures as the print states them. */
export function stated(print: string, reader: Reader): Figures {
  const page = pageOf(print, reader);
  const [hour] = page.blocks('hour');
  const [coefficient] = page.blocks('coefficient');
  if (!hour || !coefficient) throw new Error(`no hour in\n${print}`);
  const last = (lines: readonly string[]): bigint | null => figure(lines[0] ?? '');
  return {
    slots: page.blocks('slot').map((block) => ({
      quantity: last(block.field('quantity')),
      demand: last(block.field('demand')),
      coverage: micro(block.field('coverage')[0]?.split(':')[0] ?? ''),
      quality: block.field('quality')[0] ?? '',
    })),
    quantity: last(hour.field('quantity')),
    quality: hour.field('quality')[0] ?? '',
    coverage: last(hour.field('coverage')),
    registers: (hour.field('registers')[0] ?? '').split(' … ').map(figure),
    kwh: last(hour.field('kwh')),
    mj: coefficient.fields('mj')[0] ? last(coefficient.field('mj')) : null,
  };
}
