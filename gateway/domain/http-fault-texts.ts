/** Faults of requests to the page and its API; part of fault-texts.ts. */
export const HTTP_FAULT_TEXTS = {
  'query-invalid': {
    retryable: false,
    en: '{field} cannot be used: {reason}. Correct the address and ask again.',
    ja: '{field} の指定に誤りがあります: {reason}。アドレスを直してもう一度開いてください。',
  },
  'host-not-allowed': {
    retryable: false,
    en: 'This dashboard answers on this machine only, as localhost, not as {host}. Open it with http://localhost, or name a host under dashboard: in the site file.',
    ja: 'このダッシュボードはこの機器の localhost でのみ開けます ({host} では開けません)。http://localhost で開くか、設定ファイルの dashboard: にホストを書いてください。',
  },
  'too-many-requests': {
    retryable: true,
    en: 'Too many requests from this address. Wait {seconds} s and try again.',
    ja: 'このアドレスからの要求が多すぎます。{seconds} 秒待ってからもう一度試してください。',
  },
  'too-many-viewers': {
    retryable: true,
    en: 'Already {limit} pages receive live values. Close one, or ask /api/v1/status now and then.',
    ja: 'ライブ表示は同時に {limit} 画面までです。ほかの画面を閉じるか、/api/v1/status を定期的に読んでください。',
  },
  'too-many-questions': {
    retryable: true,
    en: 'Already {limit} questions about past hours are being answered. Ask again in a moment, or for a shorter time.',
    ja: '過去の時間帯への問い合わせが同時に {limit} 件に達しています。少し待つか、期間を短くしてもう一度試してください。',
  },
  'page-not-built': {
    retryable: false,
    en: 'The dashboard page has not been built. Run `npm run build` and start hakaru again.',
    ja: 'ダッシュボードの画面が作られていません。`npm run build` を実行してから hakaru を起動し直してください。',
  },
  'not-found': {
    retryable: false,
    en: 'There is nothing at {path}.',
    ja: '{path} には何もありません。',
  },
  'internal-error': {
    retryable: true,
    en: 'The gateway could not answer because of an error of its own. Metering goes on; the log says more.',
    ja: 'ゲートウェイ内部の誤りで応答できません。計測は続いています。詳しくはログを確認してください。',
  },
  'body-not-json': {
    retryable: false,
    en: 'What was sent to {path} is not valid JSON. Correct it and send it again; nothing was changed.',
    ja: '{path} に送られた内容は正しい JSON ではありません。直してもう一度送ってください。何も変更していません。',
  },
  'body-type': {
    retryable: false,
    en: '{path} does not take what is sent as {type}. Send JSON as application/json, a file as application/octet-stream.',
    ja: '{path} は {type} の内容を受け付けません。JSON は application/json、ファイルは application/octet-stream として送ってください。',
  },
  'body-too-large': {
    retryable: false,
    en: 'What was sent to {path} is too large and was not read. Send less at once.',
    ja: '{path} に送られた内容は大きすぎるため読みませんでした。分けて送ってください。',
  },
} as const;
