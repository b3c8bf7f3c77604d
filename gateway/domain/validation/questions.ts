/** An open question of the ledger as it is shown to people: the sentence, and the command that settles it. */
import type { ChannelName, ChannelUnit } from '../meters.ts';
import { formatMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';

/** What a register did. */
export type StepLook = 'fall' | 'jump' | 'hidden-wrap' | 'rollover' | 'ratio' | 'opening';

export interface OpenQuestion {
  /** As `hakaru answer` takes it. */
  readonly id: string;
  readonly meter: string;
  /** Null: about the meter as a whole. */
  readonly channel: ChannelName | null;
  readonly sinceMs: EpochMs;
  readonly en: string;
  readonly ja: string;
  /** What to type: one of these. */
  readonly commands: readonly string[];
}

interface StepFacts {
  readonly look: StepLook;
  readonly fromMicro: bigint | null;
  readonly toMicro: bigint;
  readonly unit: ChannelUnit;
}

const EXCHANGE = 'exchange --old-final F --new-start S';

const SENTENCES: Readonly<
  Record<StepLook, { readonly en: string; readonly ja: string; readonly ways: readonly string[] }>
> = {
  fall: {
    en: 'The register went back from {from} to {to} {unit}. Was the meter replaced or reset, or did the register pass its end?',
    ja: '指針が {from} から {to} {unit} に戻りました。計器交換・リセット・一巡のどれですか。',
    ways: [EXCHANGE, 'reset', 'wrap', 'ignore'],
  },
  jump: {
    en: 'The register jumped from {from} to {to} {unit}. Was the meter replaced, or was this used?',
    ja: '指針が {from} から {to} {unit} に飛びました。計器交換ですか、実際の使用ですか。',
    ways: [EXCHANGE, 'real', 'ignore'],
  },
  'hidden-wrap': {
    en: 'After a long gap the register shows {to} {unit}, before it {from}. In that time it could have gone once round its whole range: did it?',
    ja: '長い欠測の前後で指針は {from} → {to} {unit} です。その間に一巡した可能性があります。一巡しましたか。',
    ways: ['real', 'wrap', 'ignore'],
  },
  rollover: {
    en: 'The register passed its end: {from} to {to} {unit}.',
    ja: '指針が一巡しました: {from} → {to} {unit}。',
    ways: ['wrap'],
  },
  ratio: {
    en: 'The ratio (CT/VT) was changed between {from} and {to} {unit}. What passed in between?',
    ja: '{from} と {to} {unit} の間で乗率 (CT/VT) が変わりました。その間の使用は?',
    ways: ['real', EXCHANGE, 'ignore'],
  },
  opening: {
    en: 'The very first reading ({from} {unit}) was wrong; the channel begins with {to} {unit}. Nothing is lost.',
    ja: '最初の読み値 {from} {unit} は誤りでした。{to} {unit} から計上します。失われた使用量はありません。',
    ways: ['ignore'],
  },
};

/** @returns the sentence in both languages, and the words after `hakaru answer ID` */
export function stepSentence({ look, fromMicro, toMicro, unit }: StepFacts): {
  readonly en: string;
  readonly ja: string;
  readonly ways: readonly string[];
} {
  const { en, ja, ways } = SENTENCES[look];
  const about: Readonly<Record<string, string>> = {
    from: fromMicro === null ? '?' : formatMicro(fromMicro),
    to: formatMicro(toMicro),
    unit,
  };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, key: string) => about[key] ?? '?');
  return { en: fill(en), ja: fill(ja), ways };
}
