/** Faults of pulse inputs (GPIO); part of fault-texts.ts. */
export const PULSE_FAULT_TEXTS = {
  'gpiomon-missing': {
    retryable: true,
    en: 'The program {path} that watches the pulse inputs of line {line} cannot be started ({reason}). Install it (package gpiod), or write where it is with `gpiomon:` in the site file. Until then no pulse is counted.',
    ja: '回線 {line} のパルス入力を監視するプログラム {path} を起動できません ({reason})。gpiod パッケージを入れるか、設定ファイルの `gpiomon:` で場所を指定してください。それまでパルスは数えられません。',
  },
  'gpiomon-unknown': {
    retryable: true,
    en: 'The program {path} of line {line} does not say that it is gpiomon of libgpiod 1 or 2: {text}. Correct `gpiomon:` in the site file, or write `major: 1` or `major: 2`.',
    ja: '回線 {line} のプログラム {path} が libgpiod 1 または 2 の gpiomon か分かりません: {text}。設定ファイルの `gpiomon:` を直すか、`major: 1` か `major: 2` を書いてください。',
  },
  'gpio-names': {
    retryable: false,
    en: 'gpiomon of libgpiod 1 on line {line} knows no names such as {input}. Write the offset as a number (`gpiofind {input}` tells it).',
    ja: '回線 {line} の gpiomon (libgpiod 1) では {input} のような名前は使えません。オフセットを番号で書いてください (`gpiofind {input}` で分かります)。',
  },
  'gpio-denied': {
    retryable: true,
    en: 'No permission to watch {chip} of line {line}. Add the user of the gateway to the group that owns /dev/{chip}, often gpio.',
    ja: '回線 {line} の {chip} を監視する権限がありません。ゲートウェイのユーザーを /dev/{chip} のグループ (多くは gpio) に追加してください。',
  },
  'gpio-busy': {
    retryable: true,
    en: 'An input of {chip} on line {line} is in use by another program, perhaps the running gateway. Stop that one, or look at its dashboard.',
    ja: '回線 {line} の {chip} の入力は別のプログラム (稼働中のゲートウェイなど) が使用中です。停止するか、ダッシュボードを見てください。',
  },
  'gpio-missing': {
    retryable: true,
    en: 'The chip {chip} of line {line}, or one of its inputs, is not there: {reason}. `gpioinfo` lists what there is.',
    ja: '回線 {line} のチップ {chip} または入力がありません: {reason}。`gpioinfo` で確認してください。',
  },
  'pulse-watch-starting': {
    retryable: true,
    en: 'The pulse inputs of line {line} are not watched yet.',
    ja: '回線 {line} のパルス入力の監視はまだ始まっていません。',
  },
  'pulse-watch-ended': {
    retryable: true,
    en: 'The program that watches the pulse inputs of line {line} ended ({reason}). It is started again by itself; what passed meanwhile was not counted and is recorded as unwatched.',
    ja: '回線 {line} のパルス入力を監視するプログラムが終了しました ({reason})。自動的に再起動します。その間のパルスは数えられず、未監視として記録します。',
  },
  'pulse-text-unknown': {
    retryable: true,
    en: 'The program that watches the pulse inputs of line {line} wrote what gpiomon does not write: {text}. It is started again; what passed meanwhile is recorded as unwatched.',
    ja: '回線 {line} のパルス入力を監視するプログラムの出力を解釈できません: {text}。再起動し、その間は未監視として記録します。',
  },
  'pulse-edges-lost': {
    retryable: true,
    en: '{edges} edge(s) of the pulse input of {meter} were never told, and could hide pulses. Check the contact and its cable for interference; compare with the dial.',
    ja: '{meter} のパルス入力で {edges} 個のエッジが欠けており、パルスを数え損ねた可能性があります。接点と配線のノイズを確認し、指針値と照合してください。',
  },
} as const;
