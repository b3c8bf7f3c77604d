/** Who hears of demand alarms, as the loader has checked it; part of types.ts. */
import type { DemandLevel } from '../gateway/domain/demand/plan.ts';

/** A value kept outside the site file; read when used, never printed. */
export type Secret = { readonly file: string } | { readonly env: string };

/** A receiver of JSON by HTTPS POST. */
export interface WebhookConfig {
  /** https://…, or http://… to a private address */
  readonly url: string;
  /** Signs each message; null: unsigned. */
  readonly secret: Secret | null;
  readonly caFile: string | null;
  readonly timeoutMs: number;
  /** From this level on. */
  readonly level: DemandLevel;
}

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly caFile: string | null;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly level: DemandLevel;
}

/** Who hears of demand alarms, beside MQTT. */
export interface NotifyConfig {
  readonly language: 'ja' | 'en';
  readonly webhook: WebhookConfig | null;
  readonly mail: MailConfig | null;
}
