/** One channel with all stages up to the broker, and the print of its hours. */
import { expect } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { CoefficientDocument, CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import { printExplanation } from '../../gateway/domain/explain.ts';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import { type EpochMs, instant } from '../../gateway/domain/time.ts';
import { createHourCloser } from '../../gateway/stages/close-hours.ts';
import { explainHour } from '../../gateway/stages/explain-hour.ts';
import { createOutboxFiller } from '../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createOutboxPort } from '../../gateway/stages/outbox-port.ts';
import { createWeigher } from '../../gateway/stages/weigh-hours.ts';
import { document } from '../coefficients/documents.ts';
import { openLedger } from '../ledger/support/ledger.ts';
import { createDocumentApplier } from '../support/document-applier.ts';
import { calculate, type Figures, stated } from './explain-hand.ts';
import { numbers, type Reader } from './explain-page.ts';

const SENDER = { site: 'test', gateway: 'g1', generation: 1 };

export function openPlant(spec: ChannelSpec, startMs: EpochMs) {
  const ledger = openLedger({ startMs, spec });
  const { store, grid, channelId } = ledger;
  const rules: CoefficientRules = { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null };
  const facts = { ...SENDER, gridArea: rules.area, ruleSetChoice: rules.ruleSetChoice };
  const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
  const topicOf = (meter: string, channel: string) => `hour/${meter}/${channel}`;

  function steps() {
    const specs = new Map([[channelId, ledger.spec()]]);
    return {
      close: createHourCloser({ store, grid, specs, active: new Set([channelId]) }),
      weigh: createWeigher({ store, rules, specs }),
      fill: createOutboxFiller({ store, grid, sender: SENDER, specs, topicOf }),
      applier: createDocumentApplier({
        store,
        rules,
        events,
        read: (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as CoefficientDocument,
      }),
    };
  }

  function explain(hourMs: number, language: Reader = 'en'): string {
    const deps = { store, facts, ruleSets: rules.ruleSets, grid, language };
    const found = explainHour(deps, ledger.spec(), instant(hourMs));
    if (!found) throw new Error('no such hour');
    return printExplanation(found, grid, language);
  }

  function written(hourMs: number): Omit<Figures, 'slots'> & { demand: readonly (bigint | null)[] } {
    const hour = ledger.hour(hourMs);
    if (!hour) throw new Error('no such hour');
    return {
      quantity: hour.quantityMicro,
      quality: hour.quality,
      coverage: BigInt(hour.coverageMicro),
      registers: [hour.startRegisterMicro, hour.endRegisterMicro],
      kwh: hour.energyMicroKwh,
      mj: hour.energyMicroMj,
      demand: hour.demandMicro,
    };
  }

  return {
    ...ledger,
    explain,
    /** Runs the stages named, or all, until nothing is left to do. */
    settle(nowMs: number, names: readonly ('close' | 'weigh' | 'fill')[] = ['close', 'weigh', 'fill']): void {
      const stages = steps();
      for (const name of names) while (stages[name].run(instant(nowMs)));
    },
    /** A document comes; nothing is weighed yet. */
    arrives(parts: Partial<CoefficientDocument>, nowMs: number): void {
      const bytes = Buffer.from(JSON.stringify(document(parts)));
      steps().applier.apply(
        { bytes, source: 'https://example.test/kyushu.json', etag: null },
        instant(nowMs),
      );
    },
    broker: (nowMs: number) =>
      createOutboxPort({
        store,
        sender: SENDER,
        grid,
        now: () => instant(nowMs),
        eventTopic: 'event',
        onRefused: () => {},
        guard: (work) => {
          work();
          return true;
        },
      }),
    /**
     * What the print states is what was written, and what a person calculates from the print alone, in both
     * languages. @returns the English print
     */
    provesHour(hourMs: number): string {
      for (const reader of ['en', 'ja'] as const) {
        const print = explain(hourMs, reader);
        const byHand = calculate(print, reader);
        expect(byHand, print).toEqual(stated(print, reader));
        const { slots, ...hour } = byHand;
        expect({ ...hour, demand: slots.map(({ demand }) => demand) }, print).toEqual(written(hourMs));
      }
      const print = explain(hourMs);
      expect(explain(hourMs, 'ja').split('\n').length).toBe(print.split('\n').length);
      return print;
    },
    sameNumbers: (hourMs: number) =>
      expect(numbers(explain(hourMs, 'ja')).toSorted()).toEqual(numbers(explain(hourMs)).toSorted()),
  };
}
