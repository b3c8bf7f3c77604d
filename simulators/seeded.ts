/**
 * Randomness without state: every number is a hash of the seed, a name and an index, so that any of them can be
 * computed alone and a seed replays a whole run.
 */

/** FNV-1a over UTF-16 units, then a murmur3 finish. 0 … 2³²−1. */
export function hash32(seed: number, name: string, index: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (index >>> 0), 0x01000193);
  h = Math.imul(h ^ (Math.floor(index / 0x1_0000_0000) >>> 0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A whole number, from ≤ n ≤ to, evenly spread (the bias of the modulus is below 2⁻¹⁰ for spans up to 4 million). */
export function hashBetween(seed: number, name: string, index: number, from: number, to: number): number {
  return from + (hash32(seed, name, index) % (to - from + 1));
}

/** A stream of numbers in [0, 1), replayable from its start value. */
export type RandomStream = () => number;

export function randomStream(start: number): RandomStream {
  let step = 0;
  return () => hash32(start, 'stream', step++) / 0x1_0000_0000;
}
