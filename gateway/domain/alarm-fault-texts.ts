/** Faults of the alarm contact; part of fault-texts.ts. */
export const ALARM_FAULT_TEXTS = {
  'gpioset-missing': {
    retryable: true,
    en: 'The program {path} that switches the alarm contact cannot be started ({reason}). Install it (package gpiod), or write where it is with `gpioset:` below `alarm:` in the site file. The contact stays off.',
    ja: '警報接点を切り替えるプログラム {path} を起動できません ({reason})。gpiod パッケージを入れるか、設定ファイルの `alarm:` の `gpioset:` で場所を指定してください。接点はオフのままです。',
  },
  'gpioset-unknown': {
    retryable: true,
    en: 'The program {path} does not say that it is gpioset of libgpiod 1 or 2: {text}. Correct `gpioset:` below `alarm:` in the site file, or write `major: 1` or `major: 2` there. The contact stays off.',
    ja: 'プログラム {path} が libgpiod 1 または 2 の gpioset か分かりません: {text}。設定ファイルの `alarm:` の `gpioset:` を直すか、`major: 1` か `major: 2` を書いてください。接点はオフのままです。',
  },
  'alarm-names': {
    retryable: false,
    en: 'gpioset of libgpiod 1 knows no names such as {output}. Write the offset of the alarm contact as a number (`gpiofind {output}` tells it).',
    ja: '警報接点の gpioset (libgpiod 1) では {output} のような名前は使えません。オフセットを番号で書いてください (`gpiofind {output}` で分かります)。',
  },
  'alarm-not-held': {
    retryable: true,
    en: 'The alarm contact, output {output} of {chip}, cannot be held: {reason}. It is tried again by itself. If it does not end, look whether another program uses the output (`gpioinfo`) and whether the user of the gateway may use /dev/{chip}.',
    ja: '警報接点 ({chip} の出力 {output}) を保持できません: {reason}。自動的に再試行します。続く場合は、他のプログラムが使用していないか (`gpioinfo`)、ゲートウェイのユーザーに /dev/{chip} の権限があるか確認してください。',
  },
} as const;
