/** What a question about moved load (what-if) can be refused for; a group of {@link FAULT_TEXTS}. */
export const AHEAD_FAULT_TEXTS = {
  'what-if-too-much': {
    retryable: false,
    en: '{kwh} kWh cannot be taken from {from} to {to}: there are {there} kWh. Move less, or take it from more hours.',
    ja: '{from} から {to} までには {there} kWh しかないため、{kwh} kWh は移せません。量を減らすか、時間を広げてください。',
  },
  'what-if-not-measured': {
    retryable: false,
    en: 'It is not known what was used in the hour from {hour}: it is missing, or not closed yet. Choose another hour.',
    ja: '{hour} からの 1 時間の使用量が分かりません (欠測、または集計前)。別の時間を指定してください。',
  },
  'what-if-not-expected': {
    retryable: false,
    en: 'What the hour from {hour} will use is not known: {days} days of its type are measured, and {least} are needed. Choose a past hour, or ask again in some days.',
    ja: '{hour} からの 1 時間の見込みはまだありません (同じ種類の日の実績 {days} 日、{least} 日必要)。過去の時間を指定するか、数日後に試してください。',
  },
  'what-if-past-data': {
    retryable: false,
    en: 'Nothing is known of the hour from {hour}: this gateway knows the hours from {from} to {to}. Choose hours between.',
    ja: '{hour} からの 1 時間の情報がありません。このゲートウェイが分かるのは {from} から {to} までです。その間の時間を指定してください。',
  },
  'what-if-no-coefficient': {
    retryable: false,
    en: 'No coefficient is known for the hour from {hour}, so its MJ are not known either. See `hakaru coefficients show`.',
    ja: '{hour} からの 1 時間には係数がないため、MJ を計算できません。`hakaru coefficients show` で確認してください。',
  },
  'time-not-known': {
    retryable: true,
    en: 'The gateway does not know the time, so it cannot say what today and tomorrow are. Set the clock, or wait until it is synchronised.',
    ja: 'ゲートウェイの時刻が確定していないため、今日・明日を示せません。時計を合わせるか、同期を待ってください。',
  },
} as const;
