/**
 * More weighed meters than one step may send: an hour that changes is sent over several steps. Whatever interrupts
 * them, each bucket is sent once for each thing it says, and says what is in force at last.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { CoefficientDocument, CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxFiller } from '../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createWeigher } from '../../gateway/stages/weigh-hours.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { document } from '../coefficients/documents.ts';
import { at, HOUR, specWith } from '../ledger/support/ledger.ts';
import { createDocumentApplier } from '../support/document-applier.ts';

const METERS = 600;
const DATE = '2026-11-04';
const START = at(`${DATE}T12:00:00+09:00`);
const HOURS = [0, 1, 2].map((n) => instant(START + n * HOUR));
const NOW = instant(START + 4 * HOUR);
const RULES: CoefficientRules = { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null };
const SENDER = { site: 'test', gateway: 'g1', generation: 1 };
const BUCKET = {
  quality: 'measured',
  coverageMicro: 1_000_000,
  quantityMicro: 10_000_000n,
  energyMicroKwh: 10_000_000n,
  demandMicro: [10_000_000n, 10_000_000n],
  startRegisterMicro: 0n,
  endRegisterMicro: 10_000_000n,
} as const;

/** Three hours of many meters, weighed and sent before any document has come. */
function openWorks() {
  let dying = false;
  const store = openStoreInMemory({
    probe: (point) => {
      if (dying && point === 'inside-transaction') throw new Error('the power goes');
    },
  });
  const grid = hourGrid('Asia/Tokyo');
  const specs = store.write(
    () =>
      new Map(
        Array.from({ length: METERS }, (_, i) => {
          const spec = specWith({ meter: `m${i}`, role: i === 7 ? 'generation-pv' : 'grid-import' });
          return [store.channels.ensure(spec.meter, spec.channel, START, START).id, spec];
        }),
      ),
  );
  store.write(() => {
    for (const startMs of HOURS)
      for (const channelId of specs.keys()) {
        store.hours.putQuantities(channelId, startMs, BUCKET);
        store.work.add('weigh', { channelId, startMs });
      }
  });
  const stages = () => ({
    weigher: createWeigher({ store, rules: RULES, specs }),
    filler: createOutboxFiller({ store, grid, sender: SENDER, specs, topicOf: (meter) => meter }),
  });
  let seen = 0;
  return {
    store,
    stages,
    /** Ends the process inside the transaction of a step. */
    dyingIn(step: () => unknown): void {
      dying = true;
      expect(step).toThrow('the power goes');
      dying = false;
    },
    settle(): void {
      const { weigher, filler } = stages();
      while (weigher.run());
      while (filler.run(NOW));
    },
    arrives(parts: Partial<CoefficientDocument>): number {
      const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
      const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as CoefficientDocument;
      const applier = createDocumentApplier({ store, rules: RULES, events, read });
      const bytes = Buffer.from(JSON.stringify(document(parts)));
      return applier.apply({ bytes, source: 'test', etag: null }, NOW).hours;
    },
    /** Hour messages since the last look. */
    sent(): HourMessage[] {
      const rows = store.outbox.waiting(seen, 100_000);
      seen = store.outbox.lastSeq();
      return rows.filter(({ kind }) => kind === 'hour').map(({ payload }) => JSON.parse(payload));
    },
  };
}

let works: ReturnType<typeof openWorks>;
beforeEach(() => {
  works = openWorks();
  works.settle();
  expect(works.sent()).toHaveLength(METERS * HOURS.length);
});

const keys = (messages: readonly HourMessage[]) =>
  messages.map(({ start, meter, revision }) => `${start} ${meter} ${revision}`);

describe('hours whose coefficient changed', () => {
  it('are counted as hours of the site, and sent hour by hour in steps of at most 500 messages', () => {
    expect(works.arrives({ curtailmentDays: [DATE] })).toBe(3);
    const { weigher, filler } = works.stages();
    while (weigher.run());
    const steps: HourMessage[][] = [];
    let more = true;
    while (more) {
      more = filler.run(NOW);
      steps.push(works.sent());
    }
    expect(steps.map(({ length }) => length)).toEqual([500, 500, 500, 297]);
    const all = steps.flat();
    expect(new Set(keys(all)).size).toBe((METERS - 1) * HOURS.length);
    expect(all.every(({ meter, revision, mj }) => meter !== 'm7' && revision === 2 && mj === 36)).toBe(true);
    expect(all.map(({ start }) => start)).toEqual(all.map(({ start }) => start).toSorted());
  });

  it('are gone on with after a crash between and inside steps: nothing is lost, nothing comes twice', () => {
    works.arrives({ curtailmentDays: [DATE] });
    works.dyingIn(() => works.stages().weigher.run());
    while (works.stages().weigher.run());
    works.stages().filler.run(NOW);
    works.dyingIn(() => works.stages().filler.run(NOW));
    works.stages().filler.run(NOW);
    works.settle();
    const all = keys(works.sent());
    expect(all).toHaveLength((METERS - 1) * HOURS.length);
    expect(new Set(all).size).toBe(all.length);
  });

  it('begin again when the next revision comes while they are being sent', () => {
    works.arrives({ curtailmentDays: [DATE] });
    const { weigher, filler } = works.stages();
    while (weigher.run());
    filler.run(NOW);
    const early = works.sent();
    works.arrives({ revision: 2 });
    works.settle();
    const late = works.sent();
    const newest = new Map(
      [...early, ...late].map((message) => [`${message.start} ${message.meter}`, message]),
    );
    expect(early).toHaveLength(500);
    expect(late).toHaveLength((METERS - 1) * HOURS.length);
    expect([...newest.values()].every(({ coefficient }) => coefficient.revision === 2)).toBe(true);
    expect(late.filter(({ revision }) => revision === 3)).toHaveLength(500);
  });

  it('are sent once where two documents come before anything is sent', () => {
    works.arrives({ document: 'a', curtailmentDays: [DATE] });
    works.settle();
    works.sent();
    works.arrives({ document: 'a', revision: 2 });
    while (works.stages().weigher.run());
    works.arrives({ document: 'b', issued: '2026-11-02T10:00:00+09:00' } as Partial<CoefficientDocument>);
    while (works.stages().weigher.run());
    works.settle();
    const all = works.sent();
    expect(all).toHaveLength((METERS - 1) * HOURS.length);
    expect(all.every(({ coefficient }) => coefficient.document === 'b')).toBe(true);
  });
});

describe('a meter that gets another role', () => {
  it('is weighed from then on in all its hours, and no other bucket is sent', () => {
    const [id = 0] = [...works.store.roles.all()].find(([, { weighed }]) => !weighed) ?? [];
    const before = works.store.hours.find(id, START);
    expect(before).toMatchObject({ class: 'none', energyMicroMj: null });
    // As the site file will have it.
    const specs = new Map([[id, specWith({ meter: 'm7', role: 'grid-import' })]]);
    const { store } = works;
    const weigher = createWeigher({ store, rules: RULES, specs });
    while (weigher.run());
    expect(store.hours.find(id, START)).toMatchObject({ class: 'normal', energyMicroMj: 94_000_000n });
    const filler = createOutboxFiller({
      store,
      grid: hourGrid('Asia/Tokyo'),
      sender: SENDER,
      specs,
      topicOf: (meter) => meter,
    });
    while (filler.run(NOW));
    expect(works.sent().map(({ meter, role, mj }) => [meter, role, mj])).toEqual(
      HOURS.map(() => ['m7', 'grid-import', 94]),
    );
  });
});
