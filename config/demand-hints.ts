/** Examples of the keys of `demand:` and `notify:`; see hints.ts. */
export const DEMAND_HINTS = {
  demand: { example: '`demand: { target: 450 kW, contract: 500 kW }`' },
  'demand.id': { example: '`id: grid`' },
  'demand.name': { example: '`name: 受電デマンド`' },
  'demand.meters': { example: '`meters: [main]`' },
  'demand.meters.*': { example: '`meters: [main]`' },
  'demand.period': { example: '`period: 30 min` or `period: 60 min`' },
  'demand.target': { example: '`target: 450 kW`' },
  'demand.contract': { example: '`contract: 500 kW`' },
  'demand.levels': { example: '`levels: { caution: 95 %, warning: 100 %, limit: 500 kW }`' },
  'demand.levels.caution': { example: '`caution: 95 %`' },
  'demand.levels.warning': { example: '`warning: 100 %`' },
  'demand.levels.limit': { example: '`limit: 500 kW`' },
  'demand.hysteresis': { example: '`hysteresis: 2 %`' },
  'demand.hold': { example: '`hold: 1 min` (1 s to 10 min)' },
  'demand.quiet': { example: '`quiet: 5 min` (1 s to 30 min)' },
  'demand.method': {
    example: '`method: moving-average`',
    aliases: {
      二点法: 'two-point',
      移動平均: 'moving-average',
      最小二乗法: 'least-squares',
      regression: 'least-squares',
      average: 'moving-average',
    },
  },
  'demand.meteringDay': { example: '`meteringDay: 1`', range: '1…31' },
  'demand.closingDay': { example: '`closingDay: 31`', range: '1…31' },
  'demand.billed': { example: '`billed: { 2026-04: 430 kW }`' },
  'demand.billed.*': { example: '`2026-04: 430 kW`' },
  notify: {
    example: '`notify: { mail: { host: mail.example, from: hakaru@example.com, to: [me@example.com] } }`',
  },
  'notify.language': { example: '`language: ja` or `language: en`' },
  'notify.webhook': { example: '`webhook: { url: https://example.com/hook }`' },
  'notify.webhook.url': { example: '`url: https://example.com/hook`' },
  'notify.webhook.secret': { example: '`secret: { env: HOOK_SECRET }`' },
  'notify.webhook.secret.file': { example: '`file: hook-secret`' },
  'notify.webhook.secret.env': { example: '`env: HOOK_SECRET`' },
  'notify.webhook.caFile': { example: '`caFile: ca.pem`' },
  'notify.webhook.timeout': { example: '`timeout: 10 s` (1 s to 1 min)' },
  'notify.webhook.level': {
    example: '`level: warning`',
    aliases: { 注意: 'caution', 警報: 'warning', 限界: 'limit' },
  },
  'notify.mail': {
    example: '`mail: { host: mail.example, from: hakaru@example.com, to: [me@example.com] }`',
  },
  'notify.mail.host': { example: '`host: mail.example`' },
  'notify.mail.port': { example: '`port: 587`', range: '1…65535' },
  'notify.mail.security': {
    example: '`security: starttls`',
    aliases: { ssl: 'tls', smtps: 'tls', STARTTLS: 'starttls', TLS: 'tls', plain: 'none' },
  },
  'notify.mail.caFile': { example: '`caFile: ca.pem`' },
  'notify.mail.username': { example: '`username: hakaru`' },
  'notify.mail.password': { example: '`password: { file: mail-password }`' },
  'notify.mail.password.file': { example: '`file: mail-password`' },
  'notify.mail.password.env': { example: '`env: MAIL_PASSWORD`' },
  'notify.mail.from': { example: '`from: hakaru@example.com`' },
  'notify.mail.to': { example: '`to: [manager@example.com]`' },
  'notify.mail.to.*': { example: '`to: [manager@example.com]`' },
  'notify.mail.level': {
    example: '`level: warning`',
    aliases: { 注意: 'caution', 警報: 'warning', 限界: 'limit' },
  },
} as const;

/** `demand.0.levels.limit` and `demand.levels.limit` are written alike. */
export function demandHint(steps: readonly string[]): string {
  const plain = steps.filter((step, n) => !(n === 1 && /^\d+$/.test(step)));
  const isItem = ['meters', 'billed', 'to'].includes(plain.at(-2) ?? '');
  return [...(isItem ? plain.slice(0, -1) : plain), ...(isItem ? ['*'] : [])].join('.');
}
