/** Where coefficient documents come from, as the gateway uses it; part of types.ts. */
import type { MarginRule } from '../gateway/domain/margins/tight.ts';

export interface CoefficientDownload {
  readonly url: string;
  /** node-cron expression, in the site's time zone. */
  readonly schedule: string;
  /** Each fire of the schedule waits a random part of this, ms. */
  readonly spreadMs: number;
  readonly caFile: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface OcctoConfig extends CoefficientDownload {
  /** When tight days are derived from the margins; null: they are stored and shown only. */
  readonly tightDays: MarginRule | null;
}

export interface CoefficientSourcesConfig {
  readonly downloads: readonly CoefficientDownload[];
  /** On the broker of `mqtt:`. */
  readonly topic: string | null;
  /** Absolute path. */
  readonly folder: string | null;
  /** Its `url` holds `{from}` and `{to}`. */
  readonly occto: OcctoConfig | null;
  /** JST clock time from which on tomorrow must be confirmed, minutes after midnight. */
  readonly tomorrowByMinute: number;
}
