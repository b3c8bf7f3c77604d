/** Faults of coefficient documents and where they come from; part of fault-texts.ts. */

export const DOCUMENT_FAULT_TEXTS = {
  'document-unreadable': {
    retryable: false,
    en: 'The coefficient document {source} is not readable at {where}: {reason}. Nothing of it was applied.',
    ja: '係数文書 {source} の {where} を読めません: {reason}。何も適用していません。',
  },
  'document-invalid': {
    retryable: false,
    en: 'The coefficient document {source} is wrong at {where}: {reason}. Nothing of it was applied.',
    ja: '係数文書 {source} の {where} に誤りがあります: {reason}。何も適用していません。',
  },
  'document-too-large': {
    retryable: false,
    en: 'The coefficient document {source} is larger than {limitBytes} bytes and was not read.',
    ja: '係数文書 {source} は上限 {limitBytes} バイトを超えるため読みませんでした。',
  },
  'document-not-yet-issued': {
    retryable: false,
    en: 'The document {document} says that it was issued {issued}, and it is {now} now. The document issued last decides, so it would silence all others until then. Correct issuedAt, or the clock of this machine.',
    ja: '文書 {document} の発行日時は {issued} ですが、現在は {now} です。後に発行された文書が優先するため、それまで他の文書が効かなくなります。issuedAt またはこの機器の時計を直してください。',
  },
  'document-older': {
    retryable: false,
    en: 'Revision {revision} of the document {document} is not newer than revision {have}, which is in force. Nothing was changed.',
    ja: '文書 {document} の改訂 {revision} は適用中の改訂 {have} より新しくありません。変更していません。',
  },
  'document-conflict': {
    retryable: false,
    en: 'Revision {revision} of the document {document} is already here with other contents. Give the correction a higher revision.',
    ja: '文書 {document} の改訂 {revision} は内容の異なるものが既にあります。訂正には新しい改訂番号を付けてください。',
  },
  'tight-day-without-factor': {
    retryable: false,
    en: 'The rule set {ruleSet} has no factor for tight supply (α was never fixed), so the tight day {date} cannot be applied. Remove it, or use a rule set that has one. Nothing of the document was applied.',
    ja: '規則 {ruleSet} には需給逼迫時の係数がありません (α 未定) ので、{date} を適用できません。削除するか、係数のある規則を使ってください。文書は一切適用していません。',
  },
  'rule-set-unknown': {
    retryable: false,
    en: 'The rule set {ruleSet} is not known. Known are: {known}.',
    ja: '規則 {ruleSet} は登録されていません。使えるのは {known} です。',
  },
  'download-failed': {
    retryable: true,
    en: 'The coefficients could not be downloaded from {source}: {reason}. What was known stays in force; the gateway tries again.',
    ja: '{source} から係数を取得できません: {reason}。既知の係数を使い続け、再試行します。',
  },
  'folder-unreadable': {
    retryable: true,
    en: 'The folder of coefficient documents {path} cannot be read: {reason}. Plug in the stick or connect the share; the gateway looks again.',
    ja: '係数文書のフォルダー {path} を読めません: {reason}。USB メモリーや共有フォルダーの接続を確認してください。自動で再確認します。',
  },
  'folder-inside-data': {
    retryable: false,
    en: 'The folder of coefficient documents {path} is part of the data folder {data}, which nobody but the gateway writes. Name a folder outside of it.',
    ja: '係数文書のフォルダー {path} はデータフォルダー {data} の中にあります。データフォルダーはゲートウェイ専用です。外のフォルダーを指定してください。',
  },
  'topic-refused': {
    retryable: true,
    en: 'The broker will not let this gateway hear coefficient documents on {topic}: {reason}. Allow it there, or remove `topic` from the site file.',
    ja: 'ブローカーがトピック {topic} の購読を許可しません: {reason}。ブローカー側で許可するか、設定ファイルの `topic` を削除してください。',
  },
  'change-needs-sign-in': {
    retryable: false,
    en: 'Nothing can be changed here over the network: there is no sign-in yet. Open the page on the gateway itself (http://localhost), or use `hakaru coefficients import`.',
    ja: 'ネットワーク経由では変更できません (サインイン機能がまだありません)。ゲートウェイ本体で http://localhost を開くか、`hakaru coefficients import` を使ってください。',
  },
  'change-from-elsewhere': {
    retryable: false,
    en: 'This change does not come from the page of this gateway and was not made.',
    ja: 'この変更はこのゲートウェイの画面からのものではないため、実行しませんでした。',
  },
  'coefficients-stale': {
    retryable: true,
    en: 'The last coefficient document ends on {last}; from {from} on hours are unconfirmed. Bring a document, or see what each source said last: `hakaru coefficients sources`.',
    ja: '最後の係数文書は {last} で終わり、{from} 以降の時間は未確定です。文書を取り込むか、`hakaru coefficients sources` で取得状況を確認してください。',
  },
  'preview-differs': {
    retryable: false,
    en: 'The file is not the one that was looked at: its contents have changed. Look at it again before you apply it.',
    ja: '確認した内容とファイルが異なります。もう一度内容を確認してから適用してください。',
  },
} as const;
