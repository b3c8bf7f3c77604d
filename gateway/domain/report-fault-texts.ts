/** What can be wrong with a report that is asked for, or with what is entered for one: part of fault-texts.ts. */
export const REPORT_FAULT_TEXTS = {
  'report-period-unreadable': {
    retryable: false,
    en: '{text} is not a period of a report. Write a fiscal year like 2026, a month like 2026-07 or a day like 2026-07-15.',
    ja: '{text} は報告の期間として読めません。年度は 2026、月は 2026-07、日は 2026-07-15 のように書いてください。',
  },
  'report-period-future': {
    retryable: false,
    en: 'The period has not begun: it begins at {from}. Ask for an earlier one.',
    ja: '期間はまだ始まっていません ({from} から)。より前の期間を指定してください。',
  },
  'report-cell-unknown': {
    retryable: false,
    en: 'There is no cell {cell} in the report {report}. The addresses are in its CSV and JSON, and behind the figures on the page, like {example}.',
    ja: '報告 {report} に欄 {cell} はありません。欄の番地は CSV・JSON と画面の数値のリンクにあります。例は {example} です。',
  },
  'report-entry-invalid': {
    retryable: false,
    en: '{source}:{where}: {reason}. Nothing of it was taken.',
    ja: '{source}:{where}: {reason}。全体を取り込みませんでした。',
  },
  'report-entry-not-taken': {
    retryable: true,
    en: 'The running gateway has not taken the entries yet; they wait in its inbox. See its log.',
    ja: '稼働中のゲートウェイがまだ取り込んでいません。受信箱にあります。ログを確認してください。',
  },
} as const;
