/** What a person tells the ledger, on its way from a command to the one process that writes. */
import type { StepAnswer } from './ledger/correction.ts';
import type { ChannelName } from './meters.ts';
import type { EpochMs } from './time.ts';

interface Said {
  /** Made by the command: what arrives twice is applied once. */
  readonly id: string;
  /** Who said it: the user of the operating system, or `--by`. */
  readonly by: string;
  readonly saidAtMs: EpochMs;
  readonly meter: string;
  readonly channel: ChannelName;
  /** The person has looked twice: the rating is not asked. */
  readonly sure: boolean;
}

export type Correction = Said &
  (
    | {
        readonly kind: 'exchange';
        readonly answer: Extract<StepAnswer, { kind: 'exchange' }> & { atMs: EpochMs };
      }
    /** About the era that opened there. */
    | { readonly kind: 'answer'; readonly era: number; readonly answer: StepAnswer }
    /** The CT or VT that is set in the meter was changed, and somebody has looked at it. */
    | { readonly kind: 'setting'; readonly setting: string }
    | { readonly kind: 'dial'; readonly atMs: EpochMs; readonly dialMicro: bigint }
  );

export const CORRECTION_KINDS = ['exchange', 'reset', 'wrap', 'real', 'ignore', 'dial'] as const;
export type CorrectionKind = (typeof CORRECTION_KINDS)[number];
