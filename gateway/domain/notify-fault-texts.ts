/** Faults of notices to people; part of fault-texts.ts. */
export const NOTIFY_FAULT_TEXTS = {
  'webhook-failed': {
    retryable: true,
    en: 'The demand alarm could not be delivered to {url}: {reason}. It is tried again by itself for a day. Check the address below `notify:` in the site file, and whether the receiver runs.',
    ja: 'デマンド警報を {url} に届けられません: {reason}。1 日の間、自動的に再試行します。設定ファイルの `notify:` のアドレスと、受信側が動いているか確認してください。',
  },
  'mail-failed': {
    retryable: true,
    en: 'The demand alarm could not be sent by mail over {host}: {reason}. It is tried again by itself for a day. Check the mail server, user and password below `notify:` in the site file.',
    ja: 'デマンド警報のメールを {host} から送れません: {reason}。1 日の間、自動的に再試行します。設定ファイルの `notify:` のメールサーバー、ユーザー名、パスワードを確認してください。',
  },
} as const;
