/**
 * A day is metered and sent before anything is announced; then documents arrive, one after the other. Each hour keeps
 * its kWh, takes the coefficient of its own JST hour, and is sent again exactly when what it says has changed.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { CoefficientDocument, CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createOutboxFiller } from '../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createWeigher } from '../../gateway/stages/weigh-hours.ts';
import { document } from '../coefficients/documents.ts';
import { at, decimal, HOUR, MINUTE, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { createDocumentApplier } from '../support/document-applier.ts';

const DATE = '2026-11-04';
const MIDNIGHT = at(`${DATE}T00:00:00+09:00`);
const NOW = instant(MIDNIGHT + 25 * HOUR);
const SENDER = { site: 'test', gateway: 'g1', generation: 1 };
const RULES: CoefficientRules = { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null };
/** kWh in each hour of the day: another in each, so that no two can be taken for each other. */
const KWH = Array.from({ length: 24 }, (_, hour) => 100 + hour);

const spec = specWith({ meter: 'main', role: 'grid-import', scale: { unitsPerCount: decimal('1') } });

/** A metered day and the stages behind the ledger, with the rules of the law. */
function openDay() {
  const ledger = openLedger({ startMs: MIDNIGHT, spec });
  const { store, grid, channelId } = ledger;
  const specs = new Map([[channelId, spec]]);
  const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
  const weigher = createWeigher({ store, rules: RULES, specs });
  const filler = createOutboxFiller({ store, grid, sender: SENDER, specs, topicOf: () => 'hour' });
  const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString('utf8')) as CoefficientDocument;
  const applier = createDocumentApplier({ store, rules: RULES, events, read });
  let total = 0;
  ledger.feed([
    reading(MIDNIGHT, 0),
    ...KWH.map((kwh, hour) => reading(MIDNIGHT + (hour + 1) * HOUR, (total += kwh))),
  ]);
  ledger.close(NOW);

  function settle(): void {
    for (const step of [weigher, filler]) while (step.run(NOW));
  }
  return {
    hours: () => ledger.hours(MIDNIGHT, MIDNIGHT + 24 * HOUR),
    /** The messages since the last look. */
    sent: (() => {
      let seen = 0;
      return (): HourMessage[] => {
        const messages = ledger.hourMessages();
        const fresh = messages.slice(seen);
        seen = messages.length;
        return fresh;
      };
    })(),
    weighAll(): void {
      store.write(() => {
        for (const { startMs } of ledger.hours(MIDNIGHT, NOW))
          store.work.add('weigh', { channelId, startMs });
      });
      settle();
    },
    arrives(parts: Partial<CoefficientDocument>): string {
      const received = {
        bytes: Buffer.from(JSON.stringify(document(parts))),
        source: 'a test',
        etag: null,
      };
      try {
        const { kind } = applier.apply(received, instant(NOW + MINUTE));
        settle();
        return kind;
      } catch (error) {
        if (error instanceof CodedError) return error.fault.code;
        throw error;
      }
    },
  };
}

let day: ReturnType<typeof openDay>;
beforeEach(() => {
  day = openDay();
  day.weighAll();
  day.sent();
});

const startOf = (hour: number): string => `${DATE}T${String(hour).padStart(2, '0')}:00:00+09:00`;
const hoursFrom = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe('the hours of a day', () => {
  it('count as normal and unconfirmed until somebody speaks for them', () => {
    expect(day.hours().map((hour) => [hour.class, hour.confirmed, hour.document])).toEqual(
      KWH.map(() => ['normal', false, null]),
    );
    expect(day.hours().map(({ energyMicroMj }) => energyMicroMj)).toEqual(
      KWH.map((kwh) => BigInt(kwh) * 9_400_000n),
    );
  });

  it('take the coefficient of their own hour when curtailment is announced, and all are sent again', () => {
    expect(day.arrives({ curtailmentDays: [DATE] })).toBe('new');

    const messages = day.sent();
    expect(messages.map(({ start }) => start)).toEqual(hoursFrom(0, 24).map(startOf));
    expect(messages.map(({ mj }) => mj)).toEqual(
      KWH.map((kwh, hour) => Math.round(kwh * (hour >= 8 && hour < 16 ? 3.6 : 9.4) * 10) / 10),
    );
    expect(messages.map(({ kwh }) => kwh)).toEqual(KWH);
    expect(messages.every(({ coefficient }) => coefficient.confirmed && coefficient.revision === 1)).toBe(
      true,
    );
  });

  it('are sent once more with a higher revision when a later revision takes the announcement back', () => {
    day.arrives({ curtailmentDays: [DATE] });
    const before = new Map(day.sent().map(({ start, revision }) => [start, revision]));
    expect(day.arrives({ revision: 2 })).toBe('replaces');

    const messages = day.sent();
    expect(messages).toHaveLength(24);
    expect(messages.map(({ start, revision }) => revision - (before.get(start) ?? 0))).toEqual(
      KWH.map(() => 1),
    );
    expect(messages.every(({ coefficient }) => coefficient.class === 'normal')).toBe(true);
  });

  it('stay as they are when the same document comes again, an older one, or one of another area', () => {
    day.arrives({ revision: 2, curtailmentDays: [DATE] });
    const held = day.hours();
    day.sent();

    expect(day.arrives({ revision: 2, curtailmentDays: [DATE] })).toBe('same');
    expect(day.arrives({ revision: 1 })).toBe('document-older');
    expect(day.arrives({ revision: 2 })).toBe('document-conflict');
    expect(day.arrives({ area: 'tokyo', revision: 9, tightDays: [DATE] })).toBe('new');
    expect(day.hours()).toEqual(held);
    expect(day.sent()).toEqual([]);
  });
});
