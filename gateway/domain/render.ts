/** Rows to messages: what an hour bucket or an event says to the outside. */
import type { HourBucket } from './hour.ts';
import type { EventKind, EventMessage, HourMessage } from './messages.ts';
import type { ChannelName, ChannelSpec, ChannelUnit } from './meters.ts';
import { toMicro } from './rational.ts';
import { decimal, decimalOrNull } from './render-json.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus } from './time.ts';

/** Who sends. */
export interface Sender {
  readonly site: string;
  readonly gateway: string;
  readonly generation: number;
}

const DEMAND_UNITS: Readonly<Record<ChannelUnit, string>> = { kWh: 'kW', m3: 'm3/h', t: 't/h', GJ: 'GJ/h' };

/** All of an hour message that must change for it to be sent again: without revision, seq and time. */
export type HourContent = Omit<HourMessage, 'v' | 'generation' | 'revision' | 'seq' | 'producedAt'>;

export function hourContent(
  bucket: HourBucket,
  spec: ChannelSpec,
  sender: Sender,
  grid: HourGrid,
): HourContent {
  const mjPerKwhMicro = bucket.mjPerKwh === null ? null : toMicro(bucket.mjPerKwh);
  return {
    site: sender.site,
    gateway: sender.gateway,
    meter: spec.meter,
    channel: spec.channel,
    role: spec.role,
    start: grid.iso(bucket.startMs),
    end: grid.iso(plus(bucket.startMs, HOUR_MS)),
    quality: bucket.quality,
    coverage: decimal(BigInt(bucket.coverageMicro)),
    kwh: decimalOrNull(bucket.energyMicroKwh),
    quantity: decimalOrNull(bucket.quantityMicro),
    unit: spec.unit,
    demand: [decimalOrNull(bucket.demandMicro[0]), decimalOrNull(bucket.demandMicro[1])],
    demandUnit: DEMAND_UNITS[spec.unit],
    register: {
      start: decimalOrNull(bucket.startRegisterMicro),
      end: decimalOrNull(bucket.endRegisterMicro),
      unit: spec.unit,
    },
    coefficient: {
      mjPerKwh: decimalOrNull(mjPerKwhMicro),
      class: bucket.class,
      ruleSet: bucket.ruleSet,
      document: bucket.document,
      revision: bucket.documentRevision,
      confirmed: bucket.confirmed,
    },
    mj: decimalOrNull(bucket.energyMicroMj),
    mjAllocated: decimalOrNull(bucket.allocatedMicroMj),
  };
}

/** What an hour message says besides its content. */
export interface HourEnvelope {
  readonly generation: number;
  readonly revision: number;
  readonly seq: number;
  readonly producedAt: string;
}

/** The message as sent. @param content {@link HourContent} as JSON: written once, for the digest and for this */
export function hourPayload(
  content: string,
  { generation, revision, producedAt, seq }: HourEnvelope,
): string {
  const envelope = JSON.stringify({ generation, revision, producedAt, seq });
  return `{"v":1,${content.slice(1, -1)},${envelope.slice(1)}`;
}

/** An event before it has its sequence number. */
export interface EventDraft {
  readonly kind: EventKind;
  readonly meter: string | null;
  readonly channel: ChannelName | null;
  readonly atMs: EpochMs;
  readonly text: string;
  readonly detail: EventMessage['detail'];
}

export function eventMessage(
  draft: EventDraft,
  sender: Sender,
  seq: number,
  nowMs: EpochMs,
  grid: HourGrid,
): EventMessage {
  return {
    v: 1,
    site: sender.site,
    gateway: sender.gateway,
    generation: sender.generation,
    seq,
    kind: draft.kind,
    meter: draft.meter,
    channel: draft.channel,
    at: grid.iso(draft.atMs),
    text: draft.text,
    detail: draft.detail,
    producedAt: grid.iso(nowMs),
  };
}
