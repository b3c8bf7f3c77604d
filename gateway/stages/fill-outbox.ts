/**
 * hour buckets → outbox. Whatever changes a bucket raises its revision here, in one place, and sends it again; a
 * bucket that says the same as its last message is not sent. Single buckets come first, then hours whose coefficient
 * changed, channel by channel: an hour that one step does not finish is gone on with in the next.
 */
import { hash } from 'node:crypto';
import type { ChannelSpec } from '../domain/meters.ts';
import { hourContent, hourPayload, type Sender } from '../domain/render.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { HourRow } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';

/** Buckets looked at in one step, and so the most messages of one transaction. */
const BATCH = 500;
/** Texts of instants that are kept: an hour and its end are those of all channels. */
const REMEMBERED = 64;

/** Says each of the last instants without working it out again. */
function remembering(iso: HourGrid['iso']): HourGrid['iso'] {
  const said = new Map<EpochMs, string>();
  return (at) => {
    let text = said.get(at);
    if (text === undefined) {
      if (said.size >= REMEMBERED) said.clear();
      text = iso(at);
      said.set(at, text);
    }
    return text;
  };
}

const NO_SHARE = ',"mjAllocated":null}';

/** What is new in a message. A share that is not there is none: it came to the messages later than the rest. */
function meantBy(content: string): string {
  return content.endsWith(NO_SHARE) ? `${content.slice(0, -NO_SHARE.length)}}` : content;
}

export function createOutboxFiller(deps: {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly sender: Sender;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly topicOf: (meter: string, channel: string) => string;
}) {
  const { store, sender, specs, topicOf } = deps;
  const grid = { ...deps.grid, iso: remembering((at) => deps.grid.iso(at)) };

  function sendIfNew(hour: HourRow, nowMs: EpochMs): void {
    const { channelId, startMs } = hour;
    const spec = specs.get(channelId);
    if (!spec) return;
    const content = JSON.stringify(hourContent(hour, spec, sender, grid));
    const digest = hash('sha256', meantBy(content), 'base64url').slice(0, 22);
    if (digest === hour.sentDigest) return;
    const revision = hour.revision + 1;
    const about = { generation: sender.generation, revision, producedAt: grid.iso(nowMs) };
    store.outbox.append({
      kind: 'hour',
      topic: topicOf(spec.meter, spec.channel),
      payload: (seq) => hourPayload(content, { ...about, seq }),
      about: { channelId, startMs, revision },
      createdAtMs: nowMs,
    });
    store.hours.markSent(channelId, startMs, revision, digest);
  }

  /** @returns how many buckets were looked at */
  function sendBuckets(nowMs: EpochMs): number {
    const items = store.work.take('send', BATCH);
    for (const { channelId, startMs } of items) {
      const hour = store.hours.find(channelId, startMs);
      if (hour) sendIfNew(hour, nowMs);
    }
    const last = items.at(-1);
    if (last) store.work.doneTo('send', last);
    return items.length;
  }

  /** @returns how many of `limit` buckets were looked at; an hour without any counts as one */
  function sendHours(limit: number, nowMs: EpochMs): number {
    let looked = 0;
    while (looked < limit) {
      const next = store.hourWork.first('send');
      if (!next) break;
      const left = limit - looked;
      const hours = store.hours.weighedIn(next.startMs, next.nextChannel, left);
      for (const hour of hours) sendIfNew(hour, nowMs);
      const last = hours.at(-1);
      if (last && hours.length === left) store.hourWork.goOnAt('send', next.startMs, last.channelId + 1);
      else store.hourWork.doneTo('send', next.startMs);
      looked += Math.max(1, hours.length);
    }
    return looked;
  }

  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(nowMs: EpochMs): boolean {
      return store.write(() => {
        const buckets = sendBuckets(nowMs);
        return buckets + sendHours(BATCH - buckets, nowMs) >= BATCH;
      });
    },
  };
}
