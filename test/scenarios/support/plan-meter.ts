/** One meter of a scenario: what it is, what it measures, what befalls its register and its readings. */
import type { ChannelSpec, RegisterScale } from '../../../gateway/domain/meters.ts';
import { multiply, type Rational, rational } from '../../../gateway/domain/rational.ts';
import { HOUR, MINUTE, SECOND, specWith } from '../../ledger/support/ledger.ts';
import type { Random } from './random.ts';
import type { Span, Trouble } from './troubles.ts';
import type { LoadSegment, MeterNature, RegisterTurn } from './truth.ts';

/** A value that the register did not show. */
export type OddKind = 'zero' | 'huge' | 'spike' | 'swapped' | 'bit';

export interface MeterPlan {
  readonly id: string;
  readonly nature: MeterNature;
  /** What the site file says of it, from the instants on; the first from the start. */
  readonly described: readonly { readonly fromMs: number; readonly spec: ChannelSpec }[];
  readonly exchanges: readonly { readonly atMs: number; readonly kind: 'reset' | 'exchange' | 'ct' }[];
  /** The CT set in the meter is another one than the site file says. */
  readonly misread: readonly Span[];
  readonly lostPermille: number;
  readonly latePermille: number;
  readonly doubledPermille: number;
  readonly oddPermille: number;
  readonly tookMs: number;
}

interface Frame {
  readonly startMs: number;
  readonly endMs: number;
  readonly pollMs: number;
  readonly troubles: ReadonlySet<Trouble>;
  readonly gaps: readonly Span[];
}

const SCALES: readonly (readonly [bigint, bigint])[] = [
  [1n, 1000n],
  [1n, 100n],
  [1n, 10n],
  [1n, 1n],
  [6n, 125n],
  [40n, 3n],
  [1n, 700n],
];
const FLOAT_STEPS: readonly (readonly [bigint, bigint])[] = [
  [1n, 100n],
  [1n, 1000n],
  [1n, 1n],
];
const WIDTHS = [10_000n, 65_536n, 1_000_000n, 100_000_000n, 1n << 32n, 10n ** 10n, 10n ** 12n];

/** Counts that pass in a time at so many W, rounded up. */
function countsAt(watts: number, ms: number, { num, den }: Rational): bigint {
  return (BigInt(watts) * BigInt(ms) * den) / (3_600_000_000n * num) + 1n;
}

function planLoad(random: Random, frame: Frame, ratedW: number): LoadSegment[] {
  const load: LoadSegment[] = [];
  const style = random.pick(['steady', 'shifts', 'restless', 'idle'] as const);
  for (let fromMs = frame.startMs; fromMs < frame.endMs; ) {
    const share = { steady: 600, shifts: random.pick([20, 900]), restless: random.int(0, 990), idle: 3 }[
      style
    ];
    load.push({ fromMs, watts: Math.floor((ratedW * share) / 1_000) });
    const lengthMs = style === 'restless' ? random.int(MINUTE, HOUR) : random.int(HOUR, 9 * HOUR);
    if (frame.troubles.has('load') && random.chance(150)) {
      const watts = Math.floor((ratedW * random.pick([1_100, 1_500, 2_500, 5_000])) / 1_000);
      load.push({ fromMs: fromMs + lengthMs, watts });
      fromMs += random.int(2 * MINUTE, 30 * MINUTE);
    }
    fromMs += lengthMs;
  }
  return load;
}

interface Happened {
  readonly turns: readonly RegisterTurn[];
  readonly exchanges: MeterPlan['exchanges'];
  readonly freezes: readonly Span[];
  readonly misread: readonly Span[];
  readonly rescaled: readonly { readonly fromMs: number; readonly unitsPerCount: Rational }[];
}

/** What befalls the register: resets, exchanges, CTs changed with and without a word, frozen values. */
function befall(random: Random, frame: Frame, units: Rational, width: bigint): Happened {
  const turns: RegisterTurn[] = [];
  const exchanges: { atMs: number; kind: 'reset' | 'exchange' | 'ct' }[] = [];
  const freezes: Span[] = [];
  const misread: Span[] = [];
  const rescaled: { fromMs: number; unitsPerCount: Rational }[] = [];
  let now = units;
  let nowMs = frame.startMs + 10 * MINUTE;
  for (let n = random.int(1, 3); n > 0; n--) {
    const inGap = random.chance(300) ? random.pick([...frame.gaps, null]) : null;
    const atMs =
      inGap && inGap.fromMs > nowMs ? random.int(inGap.fromMs, inGap.toMs) : nowMs + random.int(0, 4 * HOUR);
    if (atMs > frame.endMs - HOUR) break;
    const kind = random.pick(['reset', 'exchange', 'freeze', 'ct'] as const);
    nowMs = atMs + HOUR;
    if (kind === 'freeze') {
      const lengthMs = random.pick([random.int(1, 12) * MINUTE, random.int(20, 300) * MINUTE]);
      freezes.push({ fromMs: atMs, toMs: atMs + lengthMs });
      nowMs += lengthMs;
    } else if (kind === 'ct') {
      now = multiply(now, random.pick([rational(2n), rational(1n, 2n), rational(5n, 3n)]));
      turns.push({ atMs, count: null, unitsPerCount: now });
      exchanges.push({ atMs, kind });
      // It is read at each start and once a day, so a change is noticed with the next site file at the latest.
      const unsaidMs = Math.min(
        random.pick([0, 0, random.int(2, 90) * MINUTE]),
        frame.endMs - atMs - HOUR / 2,
      );
      if (unsaidMs > 0) misread.push({ fromMs: atMs, toMs: atMs + unsaidMs });
      rescaled.push({ fromMs: atMs + unsaidMs, unitsPerCount: now });
      nowMs += unsaidMs;
    } else {
      const count = kind === 'reset' ? 0n : (width * BigInt(random.int(0, 999))) / 1_000n;
      turns.push({ atMs, count, unitsPerCount: now });
      exchanges.push({ atMs, kind });
    }
  }
  return { turns, exchanges, freezes, misread, rescaled };
}

const NOTHING: Happened = { turns: [], exchanges: [], freezes: [], misread: [], rescaled: [] };

/** What it refreshes its register by, and what its type says of that, ms. */
function refresh(random: Random, isTrouble: boolean): { real: number; declared: number } {
  if (isTrouble && random.chance(200)) {
    const real = random.pick([5 * SECOND, 45 * SECOND, 5 * MINUTE, 15 * MINUTE]);
    return { real, declared: random.pick([0, 0, SECOND]) };
  }
  const declared = random.pick([0, 0, 0, SECOND, MINUTE, 15 * MINUTE, HOUR]);
  return { real: random.pick([declared, Math.floor(declared / 2)]), declared };
}

export function planMeter(random: Random, id: string, frame: Frame): MeterPlan {
  const { startMs, endMs, pollMs, troubles } = frame;
  const units = rational(...random.pick(SCALES));
  const encoding = random.pick<RegisterScale['encoding']>([
    'integer',
    'integer',
    'integer',
    'float32',
    'float64',
  ]);
  const [step, steps] = encoding === 'integer' ? [1n, 1n] : random.pick(FLOAT_STEPS);
  const stepCounts = rational(step, steps);
  const ratedW = random.pick([2_000, 30_000, 150_000, 600_000]);
  const { real, declared } = refresh(random, troubles.has('register'));
  // The type's author checks that a register does not go round between two polls; a gap may still hold that.
  const most = countsAt(3 * ratedW, 8 * Math.max(pollMs, declared, 10 * MINUTE) + 4 * MINUTE, units);
  const wide = WIDTHS.filter((width) => width >= 4n * most);
  const width = random.pick(wide.length > 0 ? [wide[0] as bigint, random.pick(wide)] : [10n ** 14n]);
  const isKnown = random.chance(800);
  const before = countsAt(ratedW, random.int(0, endMs - startMs), units);
  const first = random.pick([0n, width / 3n, width - 1n - (before < width ? before : 0n)]);
  const happened = troubles.has('register') ? befall(random, frame, units, width) : NOTHING;
  const spec = specWith({
    meter: id,
    ratedPerHour: rational(BigInt(ratedW), 1_000n),
    watchGapMs: Math.max(10 * MINUTE, 3 * pollMs),
    scale: {
      unitsPerCount: units,
      stepCounts,
      encoding,
      wrapsAt: isKnown ? rational(width) : null,
      updateMs: declared,
    },
  });
  const described = [
    { fromMs: startMs, spec },
    ...happened.rescaled.map(({ fromMs, unitsPerCount }) => ({
      fromMs,
      spec: { ...spec, scale: { ...spec.scale, unitsPerCount } },
    })),
  ];
  return {
    id,
    nature: {
      startMs,
      load: planLoad(random, frame, ratedW),
      stepCounts,
      encoding,
      width,
      refreshMs: real,
      phaseMs: random.int(0, Math.max(0, real - 1)),
      turns: [{ atMs: startMs, count: first, unitsPerCount: units }, ...happened.turns],
      freezes: happened.freezes,
    },
    described,
    exchanges: happened.exchanges,
    misread: happened.misread,
    lostPermille: troubles.has('reading') ? random.pick([0, 20, 200]) : 0,
    latePermille: troubles.has('order') ? random.pick([0, 20, 150]) : 0,
    doubledPermille: troubles.has('order') ? random.pick([0, 50]) : 0,
    oddPermille: troubles.has('reading') ? random.pick([0, 5, 25]) : 0,
    tookMs: random.pick([20, 300, 900]),
  };
}
