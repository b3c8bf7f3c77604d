/** Why what a person says about a channel's past is refused: part of fault-texts.ts. */
export const CORRECTION_FAULT_TEXTS = {
  'channel-unknown': {
    retryable: false,
    en: 'There is no channel {channel} in this database. Known are: {known}. Give the meter, and --channel where it has several.',
    ja: 'チャンネル {channel} はこのデータベースにありません。登録されているのは {known} です。計器名を確かめ、複数ある場合は --channel を指定してください。',
  },
  'amount-unreadable': {
    retryable: false,
    en: '{text} is not a reading. Write the figure as the meter shows it, like 12345.6, or the amount with its unit, like 493824kWh.',
    ja: '{text} は指針値として読めません。計器の表示どおり 12345.6 のように書くか、493824kWh のように単位を付けて書いてください。',
  },
  'amount-needs-unit': {
    retryable: false,
    en: 'The site file does not say how the meter of {meter}/{channel} showed {text}: its ratio has changed, or it is a pulse counter. Write the amount with its unit, like {text}{unit}.',
    ja: '{meter}/{channel} の計器の表示 {text} を換算できません (乗率が変わったか、パルスカウンターです)。{text}{unit} のように単位を付けて書いてください。',
  },
  'correction-in-future': {
    retryable: false,
    en: '{at} has not come yet (it is {now}). Correct --at. Nothing was changed.',
    ja: '{at} はまだ来ていません (現在 {now})。--at を直してください。変更していません。',
  },
  'correction-before-opening': {
    retryable: false,
    en: '{meter}/{channel} was first read at {since}; nothing is known of {at}. Correct --at. Nothing was changed.',
    ja: '{meter}/{channel} の計測は {since} からです。{at} の記録はありません。--at を直してください。変更していません。',
  },
  'exchange-not-read-yet': {
    retryable: false,
    en: 'The new meter of {meter}/{channel} has not been read since {at} (last reading {last}). Check with `hakaru read {meter}` that it answers, and give this command again a minute later. Nothing was changed.',
    ja: '{meter}/{channel} の新しい計器は {at} 以降まだ読めていません (最後の計測 {last})。`hakaru read {meter}` で応答を確かめ、1 分後にもう一度実行してください。変更していません。',
  },
  'exchange-final-below': {
    retryable: false,
    en: 'The old meter of {meter}/{channel} showed {have} {unit} already at {from}; its final reading cannot be {said} {unit}. Read the slip again, or give the amount with its unit. Nothing was changed.',
    ja: '{meter}/{channel} の旧計器は {from} に既に {have} {unit} を示していました。取外し指針が {said} {unit} のはずはありません。控えを確かめるか、単位を付けて書いてください。変更していません。',
  },
  'exchange-start-above': {
    retryable: false,
    en: 'The new meter of {meter}/{channel} showed {have} {unit} at {to}; it cannot have begun with {said} {unit}. Read the slip again. Nothing was changed.',
    ja: '{meter}/{channel} の新計器は {to} に {have} {unit} を示していました。取付け指針が {said} {unit} のはずはありません。控えを確かめてください。変更していません。',
  },
  'correction-implausible': {
    retryable: false,
    en: 'By this, {said} {unit} passed at {meter}/{channel} from {from} to {to}; its rating allows {have} {unit} at most. The register was seen to change at: {changes}. Correct the time or the figures; add --sure if they are right. Nothing was changed.',
    ja: 'この内容では {meter}/{channel} に {from} から {to} までに {said} {unit} が流れたことになりますが、定格では最大 {have} {unit} です。指針の変化を検出した時刻: {changes}。時刻か値を直すか、正しければ --sure を付けてください。変更していません。',
  },
  'wrap-end-unknown': {
    retryable: false,
    en: 'The meter type does not say where the register of {meter}/{channel} starts again at 0. Give it with --end, as the meter shows it. Nothing was changed.',
    ja: '{meter}/{channel} の指針が何で 0 に戻るかは計器型式に書かれていません。--end で指定してください。変更していません。',
  },
  'wrap-end-below': {
    retryable: false,
    en: 'The register of {meter}/{channel} stood at {have} {unit} at {from}, beyond the end {said} {unit}: it did not pass its end there. Was it reset, or the meter replaced? Nothing was changed.',
    ja: '{meter}/{channel} は {from} に {have} {unit} を示しており、終わりの {said} {unit} を超えています。一巡ではありません。リセットか計器交換ではありませんか。変更していません。',
  },
  'answer-fell': {
    retryable: false,
    en: 'The register of {meter}/{channel} went back from {have} to {said} {unit}: that cannot be consumption. Answer exchange, reset, wrap or ignore. Nothing was changed.',
    ja: '{meter}/{channel} の指針は {have} から {said} {unit} に戻っています。使用量ではありません。exchange、reset、wrap、ignore のいずれかで答えてください。変更していません。',
  },
  'question-unknown': {
    retryable: false,
    en: 'There is no question {id}. `hakaru questions` lists them, with --all also those that are settled.',
    ja: '質問 {id} はありません。`hakaru questions` で確認してください (--all で解決済みも表示)。',
  },
  'correction-overlaps': {
    retryable: false,
    en: 'Correction {no} already says what passed at {meter} from {from} to {to}, which overlaps. Give its time to replace it. Nothing was changed.',
    ja: '{meter} の {from} から {to} までは訂正 {no} で入力済みで、期間が重なります。置き換えるにはその時刻を指定してください。変更していません。',
  },
  'correction-evidence-lost': {
    retryable: false,
    en: 'The readings of {meter}/{channel} around {at} are no longer there, so nothing can be derived from them. Nothing was changed.',
    ja: '{meter}/{channel} の {at} 前後の計測値は残っていないため、計算し直せません。変更していません。',
  },
  'correction-too-early': {
    retryable: true,
    en: 'What {meter}/{channel} showed at {at} is not settled yet: the meter refreshes its register slowly. Try again in a few minutes. Nothing was changed.',
    ja: '{meter}/{channel} の {at} の定時積算値がまだ確定していません。数分後にもう一度実行してください。変更していません。',
  },
  'correction-clock-untrusted': {
    retryable: true,
    en: 'The clock of this machine is not set ({now}), no gateway runs that could wait for it, and the correction would be stamped by it. Set the clock or let it hear a time server, then give this command again; on a closed LAN write `clock: {trust: manual}` in the site file. Nothing was changed.',
    ja: 'この機器の時計が合っておらず ({now})、ゲートウェイも稼働していないため、訂正の時刻を記録できません。時計を合わせるか時刻サーバーに接続してから、もう一度実行してください。閉域 LAN ではサイトファイルに `clock: {trust: manual}` と書いてください。変更していません。',
  },
  'correction-clock-behind': {
    retryable: true,
    en: 'The clock of this machine shows {now}, but there are readings of {newest} already: one of them is wrong. Set the clock, or start the gateway, which judges it; then give this command again. Nothing was changed.',
    ja: 'この機器の時計は {now} を示していますが、{newest} の計測値がすでにあります。時計を合わせるか、ゲートウェイを起動してから、もう一度実行してください。変更していません。',
  },
  'correction-unreadable': {
    retryable: false,
    en: 'The file {source} in the inbox is no correction that hakaru has written: {reason}. Nothing was changed.',
    ja: '受信箱の {source} は hakaru が書いた訂正ではありません: {reason}。変更していません。',
  },
} as const;
