import type { Language } from '../faults.ts';
import type { ChannelName } from '../meters.ts';
import type { EpochMs } from '../time.ts';
import { HINT_TEXTS } from './hint-texts.ts';

export type HintCode = keyof typeof HINT_TEXTS;

/** Something a meter's figures say about its wiring or its health. */
export interface Hint {
  readonly code: HintCode;
  /** Null: about the meter as a whole. */
  readonly channel: ChannelName | null;
  /** Fills the {placeholders} of the sentence. */
  readonly about: Readonly<Record<string, string | number>>;
}

/** A hint that holds. */
export interface StandingHint extends Hint {
  readonly meter: string;
  readonly sinceMs: EpochMs;
}

/** What was seen and where to look. */
export function hintText({ code, about }: Hint, language: Language = 'en'): string {
  return HINT_TEXTS[code][language].replace(/\{(\w+)\}/g, (_, key: string) => String(about[key] ?? '?'));
}
