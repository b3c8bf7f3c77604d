/** `notify:` with every default filled in. */
import { resolve } from 'node:path';
import type { NotifyFile } from './demand-schema.ts';
import type { MailConfig, NotifyConfig, Secret, WebhookConfig } from './types.ts';

const DEFAULTS = { language: 'ja', timeoutMs: 10_000, level: 'warning', security: 'starttls' } as const;
/** RFC 8314 and 6409; the plain one is for relays in the site's own network. */
const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

type SecretFile = { readonly file?: string | undefined; readonly env?: string | undefined };

function secretOf(secret: SecretFile | undefined, from: string): Secret | null {
  if (secret?.file !== undefined) return { file: resolve(from, secret.file) };
  return secret?.env === undefined ? null : { env: secret.env };
}

const pathOf = (path: string | undefined, from: string): string | null =>
  path === undefined ? null : resolve(from, path);

function webhookOf({ webhook }: NotifyFile, from: string): WebhookConfig | null {
  if (!webhook) return null;
  return {
    url: webhook.url,
    secret: secretOf(webhook.secret, from),
    caFile: pathOf(webhook.caFile, from),
    timeoutMs: webhook.timeout ?? DEFAULTS.timeoutMs,
    level: webhook.level ?? DEFAULTS.level,
  };
}

function mailOf({ mail }: NotifyFile, from: string): MailConfig | null {
  if (!mail) return null;
  const security = mail.security ?? DEFAULTS.security;
  return {
    host: mail.host,
    port: mail.port ?? PORTS[security],
    security,
    caFile: pathOf(mail.caFile, from),
    username: mail.username ?? null,
    password: secretOf(mail.password, from),
    from: mail.from,
    to: mail.to,
    level: mail.level ?? DEFAULTS.level,
  };
}

/** @param from folder of the site file: relative paths in it begin there */
export function buildNotify(file: NotifyFile | undefined, from: string): NotifyConfig {
  return {
    language: file?.language ?? DEFAULTS.language,
    webhook: file ? webhookOf(file, from) : null,
    mail: file ? mailOf(file, from) : null,
  };
}
