/**
 * A site behind the stages as the gateway wires them: readings and documents come in, hours and messages come out.
 * The store is a real one in a folder; `restart` drops everything that is held in memory and opens it anew.
 */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCoefficientDocument } from '../../../config/coefficient-document.ts';
import { loadRuleSets } from '../../../config/rule-sets.ts';
import type { CoefficientRules } from '../../../gateway/domain/coefficients/types.ts';
import { CodedError } from '../../../gateway/domain/faults.ts';
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { HourMessage } from '../../../gateway/domain/messages.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { type EpochMs, instant } from '../../../gateway/domain/time.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { createAcceptor } from '../../../gateway/stages/accept-readings.ts';
import { createHourCloser } from '../../../gateway/stages/close-hours.ts';
import { createOutboxFiller } from '../../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../../gateway/stages/ledger-events.ts';
import { createWeigher, weighAgainIfRulesChanged } from '../../../gateway/stages/weigh-hours.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { createDocumentApplier } from '../../support/document-applier.ts';

/** Where no test is about the disk, none is waited for. */
export function quickFolder(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hakaru-plant-'));
}

export const SENDER = { site: 'test', gateway: 'g1', generation: 1 } as const;
export const RULE_SETS = loadRuleSets();
export const RULES: CoefficientRules = { area: 'kyushu', ruleSets: RULE_SETS, ruleSetChoice: null };

export interface PlantOptions {
  readonly folder: string;
  readonly startMs: number;
  readonly specs: readonly ChannelSpec[];
  readonly rules?: CoefficientRules;
}

function build(store: Store, specs: readonly ChannelSpec[], startMs: number, rules: CoefficientRules) {
  const grid = hourGrid('Asia/Tokyo');
  const start = instant(startMs);
  const byId = store.write(
    () =>
      new Map(
        specs.map((spec) => [
          store.channels.ensure(spec.meter, spec.channel, start, grid.hourOf(start)).id,
          spec,
        ]),
      ),
  );
  const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
  weighAgainIfRulesChanged(store, rules);
  return {
    byId,
    acceptor: createAcceptor({ store, grid, events, evidenceMs: 60_000 }),
    applier: createDocumentApplier({
      store,
      rules,
      events,
      read: (bytes, source) => readCoefficientDocument(bytes, source, rules.ruleSets),
    }),
    steps: {
      close: createHourCloser({ store, grid, specs: byId, active: new Set(byId.keys()) }),
      weigh: createWeigher({ store, rules, specs: byId }),
      send: createOutboxFiller({
        store,
        grid,
        sender: SENDER,
        specs: byId,
        topicOf: (meter, channel) => `hakaru/v1/test/g1/hour/${meter}/${channel}`,
      }),
    },
  };
}

export type StepName = 'close' | 'weigh' | 'send';
const STEPS: readonly StepName[] = ['close', 'weigh', 'send'];

export function openPlant({ folder, startMs, specs: first, rules: firstRules = RULES }: PlantOptions) {
  let [specs, rules] = [first, firstRules];
  let store = openStore(folder);
  let parts = build(store, specs, startMs, rules);

  function channelId(meter: string): number {
    const [id] = [...parts.byId].find(([, spec]) => spec.meter === meter) ?? [];
    if (id === undefined) throw new Error(`no meter ${meter}`);
    return id;
  }

  return {
    store: (): Store => store,
    rules: (): CoefficientRules => rules,
    channelId,
    /** Everything in memory is gone; perhaps with another site file. */
    restart(
      change: { readonly rules?: CoefficientRules; readonly specs?: readonly ChannelSpec[] } = {},
    ): void {
      rules = change.rules ?? rules;
      specs = change.specs ?? specs;
      store.close();
      store = openStore(folder);
      parts = build(store, specs, startMs, rules);
    },
    /** @param readings by meter, in the order in which they come */
    feed(readings: readonly (readonly [meter: string, reading: Reading])[], nowMs: number): void {
      const specOf = new Map(specs.map((spec) => [spec.meter, spec]));
      parts.acceptor.accept(
        readings.flatMap(([meter, reading]) => {
          const spec = specOf.get(meter);
          return spec ? [{ spec, reading }] : [];
        }),
        instant(nowMs),
      );
    },
    /** @returns what became of the document: `new`, `replaces`, `same`, or the code that refused it */
    arrives(text: string, nowMs: number, source = 'a test'): string {
      try {
        return parts.applier.apply({ bytes: Buffer.from(text), source, etag: null }, instant(nowMs)).kind;
      } catch (error) {
        if (error instanceof CodedError) return error.fault.code;
        throw error;
      }
    },
    /** One bounded step of one stage. @returns whether there is more to do */
    step: (name: StepName, nowMs: number): boolean => parts.steps[name].run(instant(nowMs)),
    /** Runs the stages until nothing is left to do. */
    settle(nowMs: number, names: readonly StepName[] = STEPS): void {
      for (const name of names) while (parts.steps[name].run(instant(nowMs)));
    },
    hours: (meter: string, fromMs: number, toMs: number) =>
      store.hours.within(channelId(meter), instant(fromMs), instant(toMs)),
    /** Hour messages after a sequence number, as sent. */
    sent: (afterSeq = 0): HourMessage[] =>
      store.outbox
        .waiting(afterSeq, 10_000_000)
        .filter(({ kind }) => kind === 'hour')
        .map(({ payload }) => JSON.parse(payload) as HourMessage),
    close: (): void => store.close(),
  };
}

export type Plant = ReturnType<typeof openPlant>;

export interface Announced {
  readonly document?: string;
  readonly revision?: number;
  readonly ruleSet?: string;
  readonly area?: string;
  readonly issuedAt?: string;
  readonly complete?: readonly (readonly [from: string, to: string])[];
  readonly curtailmentDays?: readonly string[];
  readonly tightDays?: readonly string[];
  /** By month, as printed. */
  readonly monthly?: Readonly<Record<string, string>>;
}

/** A document as it is published, in JSON. */
export function published({ complete, monthly, ...rest }: Announced): string {
  return JSON.stringify({
    format: 'hakaru-coefficients/1',
    document: 'kyushu-2026-11',
    revision: 1,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt: '2026-11-01T10:00:00+09:00',
    source: 'a test',
    ...(complete ? { complete: complete.map(([from, to]) => ({ from, to })) } : {}),
    ...(monthly
      ? { monthly: Object.entries(monthly).map(([month, mjPerKwh]) => ({ month, mjPerKwh })) }
      : {}),
    ...rest,
  });
}

/** The instant at which a JST hour begins, reckoned without the product. */
export function jst(date: string, hour = 0): EpochMs {
  return instant(Date.parse(`${date}T00:00:00+09:00`) + hour * 3_600_000);
}
