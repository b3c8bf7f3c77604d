/**
 * hour buckets → outbox. Whatever changes a bucket raises its revision here, in one place, and sends it again; a
 * bucket that says the same as its last message is not sent.
 */
import { createHash } from 'node:crypto';
import type { ChannelSpec } from '../domain/meters.ts';
import { hourContent, hourMessage, type Sender } from '../domain/render.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { WorkItem } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';

const BATCH = 500;

export function createOutboxFiller(deps: {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly sender: Sender;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly topicOf: (meter: string, channel: string) => string;
}) {
  const { store, grid, sender, specs, topicOf } = deps;

  function sendOne(item: WorkItem, nowMs: EpochMs): void {
    const spec = specs.get(item.channelId);
    const hour = store.hours.find(item.channelId, item.startMs);
    if (!spec || !hour) return;
    const content = hourContent(hour, spec, sender, grid);
    const digest = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22);
    if (digest === hour.sentDigest) return;
    const revision = hour.revision + 1;
    const about = { generation: sender.generation, revision, producedAt: grid.iso(nowMs) };
    store.outbox.append({
      kind: 'hour',
      topic: topicOf(spec.meter, spec.channel),
      payload: (seq) => JSON.stringify(hourMessage(content, { ...about, seq })),
      about: { channelId: item.channelId, startMs: item.startMs, revision },
      createdAtMs: nowMs,
    });
    store.hours.markSent(item.channelId, item.startMs, revision, digest);
  }

  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(nowMs: EpochMs): boolean {
      return store.write(() => {
        const items = store.work.take('send', BATCH);
        for (const item of items) {
          sendOne(item, nowMs);
          store.work.done('send', item);
        }
        return items.length === BATCH;
      });
    },
  };
}
