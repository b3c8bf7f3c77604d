/**
 * One cumulative register of a simulated meter. States: counting; frozen (shows one count until a given instant,
 * the truth goes on and shows again after it); armed for transient zeros (the next reads show 0, then it counts as
 * if nothing had been). A reset or an exchange starts it at another count and is written down as a step, so that a
 * test knows what the meter has lost.
 */

/** What the register counts: a total that only rises, since the plant's start, in the plant's fine unit. */
export interface RegisterOptions {
  readonly name: string;
  readonly total: (atMs: number) => bigint;
  /** Fine units of one count, as a fraction: a CT ratio of the meter's secondary side goes in here. */
  readonly finePerCount: { readonly num: bigint; readonly den?: bigint };
  /** Count shown at the plant's start. */
  readonly initialCount?: bigint;
  /** Starts again at 0 here; null for never. */
  readonly wrapsAt?: bigint | null;
  /** The meter refreshes its registers at whole multiples of this, ms; 0 at once. */
  readonly updateMs?: number;
  /** Start of the plant, the earliest instant that can be sampled. */
  readonly startMs: number;
}

export interface RegisterStep {
  readonly kind: 'reset' | 'exchange';
  readonly atMs: number;
  readonly before: bigint;
  readonly after: bigint;
}

export interface SimRegister {
  readonly name: string;
  /** What the register holds; arms and uses up nothing. */
  count(atMs: number): bigint;
  /** What an answer shows: uses up one armed transient zero. */
  read(atMs: number): bigint;
  /** Starts again at 0. */
  reset(atMs: number): void;
  /** Another meter in the same place, showing this count. */
  exchange(count: bigint, atMs: number): void;
  /** Shows the present count for this long (for ever when left out). */
  freeze(atMs: number, forMs?: number): void;
  thaw(): void;
  /** The next reads show 0. */
  transientZero(reads?: number): void;
  setUpdateMs(ms: number): void;
  /** The last 1,000 resets and exchanges. */
  readonly steps: readonly RegisterStep[];
}

const MAX_STEPS = 1_000;

export function createRegister(options: RegisterOptions): SimRegister {
  const { num } = options.finePerCount;
  const den = options.finePerCount.den ?? 1n;
  const wrapsAt = options.wrapsAt ?? null;
  const steps: RegisterStep[] = [];
  let updateMs = options.updateMs ?? 0;
  let originTotal = 0n;
  let originCount = options.initialCount ?? 0n;
  let originMs = options.startMs;
  let frozen: { count: bigint; untilMs: number } | null = null;
  let zeros = 0;

  const wrapped = (count: bigint): bigint => (wrapsAt === null ? count : count % wrapsAt);
  /** A refresh that fell before the last reset still shows the reset. */
  const sampleMs = (atMs: number): number =>
    updateMs === 0 ? atMs : Math.max(originMs, Math.floor(atMs / updateMs) * updateMs);

  const count = (atMs: number): bigint => {
    if (frozen && atMs < frozen.untilMs) return frozen.count;
    return wrapped(originCount + ((options.total(sampleMs(atMs)) - originTotal) * den) / num);
  };
  const restart = (kind: RegisterStep['kind'], after: bigint, atMs: number): void => {
    steps.push({ kind, atMs, before: count(atMs), after: wrapped(after) });
    if (steps.length > MAX_STEPS) steps.shift();
    originTotal = options.total(atMs);
    originCount = after;
    originMs = atMs;
    frozen = null;
  };
  return {
    name: options.name,
    count,
    read(atMs) {
      if (zeros === 0) return count(atMs);
      zeros--;
      return 0n;
    },
    reset: (atMs) => restart('reset', 0n, atMs),
    exchange: (after, atMs) => restart('exchange', after, atMs),
    freeze(atMs, forMs = Number.POSITIVE_INFINITY) {
      frozen = { count: count(atMs), untilMs: atMs + forMs };
    },
    thaw() {
      frozen = null;
    },
    transientZero(reads = 1) {
      zeros = reads;
    },
    setUpdateMs(ms) {
      updateMs = ms;
    },
    steps,
  };
}
