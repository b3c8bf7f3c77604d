/** Inputs for parsers: right ones, spoilt with structure, and the bookkeeping of a run. */
import { createRandom, type Random } from '../../scenarios/support/random.ts';

/** A share of it in `npm test`; all with HAKARU_FUZZ=1000000. */
const EVERYDAY = 4_000;
const INPUTS = Number(process.env['HAKARU_FUZZ'] ?? EVERYDAY);
export const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_122);
/** An input that takes longer than this hangs, ms of this thread's own time: a busy machine takes none of it. */
const HANG_MS = 2_000;
/** So often the runner is heard, inputs. */
const BREATHER = 5_000;

/** @param weight a slow parser gets a part of the everyday share; of the million it gets all */
export function inputsFor(weight = 1): number {
  return INPUTS === EVERYDAY ? Math.ceil(INPUTS / weight) : INPUTS;
}

/** For vitest: a million inputs of the slowest parser take about half an hour. */
export const LIMIT_MS = 60_000 + INPUTS * 20;

/**
 * Feeds a parser. Whatever it throws is an accident unless `feed` has caught it; the message says how to see it again.
 * @param feed one input, made with `random`
 */
export async function fuzz(name: string, inputs: number, feed: (random: Random) => void): Promise<void> {
  for (let i = 0; i < inputs; i++) {
    const seed = (SEED + Math.imul(i, 0x9e37_79b1)) | 0;
    const began = process.threadCpuUsage();
    try {
      feed(createRandom(seed));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}, input ${i} (HAKARU_SEED=${SEED}): ${what}`, { cause: error });
    }
    const { user, system } = process.threadCpuUsage(began);
    const tookMs = (user + system) / 1_000;
    if (tookMs > HANG_MS) throw new Error(`${name}, input ${i} (HAKARU_SEED=${SEED}) took ${tookMs} ms`);
    if (i % BREATHER === BREATHER - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

export function bytesOf(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.int(0, 255));
}

/** One to three cuts, doublings, flips and fills. `tokens`: what the grammar is made of, put in where it may hurt. */
export function spoil(good: Uint8Array, random: Random, tokens: readonly string[] = []): Uint8Array {
  let bytes = good;
  for (let n = random.int(1, 3); n > 0; n--) bytes = spoilOnce(bytes, random, tokens);
  return bytes;
}

function spoilOnce(good: Uint8Array, random: Random, tokens: readonly string[]): Uint8Array {
  const at = random.int(0, Math.max(0, good.length - 1));
  const length = random.int(1, 12);
  const [head, rest] = [good.subarray(0, at), good.subarray(at)];
  const kinds: (() => Uint8Array)[] = [
    () => joined(head, rest.length > 0 ? rest.with(0, random.int(0, 255)) : rest),
    () => joined(head, rest.length > 0 ? rest.with(0, (rest[0] ?? 0) ^ (1 << random.int(0, 7))) : rest),
    () => joined(head, rest.subarray(length)),
    () => joined(head, rest.subarray(0, length), rest),
    () => joined(head, bytesOf(random, length), rest),
    () => head,
  ];
  if (tokens.length > 0) {
    const token = new TextEncoder().encode(random.pick(tokens));
    kinds.push(
      () => joined(head, token, rest),
      () => joined(head, token, rest.subarray(token.length)),
      () => joined(head, token, rest.subarray(length)),
    );
  }
  return random.pick(kinds)();
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** In pieces, as drivers hand them over. */
export function pieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  if (random.chance(500)) return [bytes];
  const list: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const length = random.int(1, 40);
    list.push(bytes.subarray(from, from + length));
    from += length;
  }
  return list;
}
