import { createHash } from 'node:crypto';
import type { DemoAddresses } from '../support/demo-site.ts';

/** What the gateways of the power cut test live through, and what they and their test tell each other. */
export const START_MS = Date.parse('2026-06-01T00:00:00+09:00');
export const HOUR_MS = 3_600_000;
const HALF_MS = HOUR_MS / 2;
/** Each half-hour is read on its boundary, a little later, and in between. */
const OFFSETS_MS = [0, 4_000, 100_000, 590_000, 1_180_000];

/** The next instant at which the meters are read. */
export function stepAfter(atMs: number): number {
  if (atMs < START_MS) return START_MS;
  const halfMs = Math.floor((atMs - START_MS) / HALF_MS) * HALF_MS + START_MS;
  const within = OFFSETS_MS.find((offset) => halfMs + offset > atMs);
  return within === undefined ? halfMs + HALF_MS : halfMs + within;
}

/** Another day of curtailment with each revision. */
export function documentOf(revision: number): object {
  const day = String(1 + (revision % 28)).padStart(2, '0');
  return {
    format: 'hakaru-coefficients/1',
    document: 'kyushu-2026-06',
    revision,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt: '2026-05-31T18:00:00+09:00',
    source: 'test',
    complete: [{ from: '2026-06-01', to: '2026-06-30' }],
    curtailmentDays: [`2026-06-${day}`],
    curtailmentHours: [],
    tightDays: [],
  };
}

export interface PowerTask {
  readonly addresses: DemoAddresses;
  readonly brokerUrl: string;
  readonly dataDir: string;
  /** Null: as the gateway does it. `OFF` proves that this test sees what is lost. */
  readonly synchronous: string | null;
  /** Plays up to there and ends; null: until it is killed. */
  readonly untilMs: number | null;
}

/** What a power cut may not take any more. */
export interface Promised {
  readonly kind: 'promised';
  readonly generation: number;
  readonly lastSeq: number;
  /** [seq, digest of the payload] of messages since the last promise. */
  readonly messages: readonly (readonly [number, string])[];
  /** [channel, slot, total, micro-units] of each channel's newest boundary. */
  readonly boundaries: readonly (readonly [number, number, string])[];
  /** Revision of the document that a person was told is in force; 0: none. */
  readonly document: number;
}

export type FromPowerChild = Promised | { readonly kind: 'set'; readonly atMs: number };

export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
