/**
 * The hours ahead, for everybody who asks: what today and tomorrow are, what is expected in them, what to do about it,
 * and the retained messages that say so. While the time is not known nothing of it is, and every signal says so.
 */

import type { DiskWatch } from './disk.ts';
import type { TwoDays } from './domain/ahead/classes.ts';
import type { IsHoliday } from './domain/ahead/day-types.ts';
import {
  type Content,
  coefficientsContent,
  type SignalMessage,
  signalContent,
} from './domain/ahead/messages.ts';
import type { AheadPlan } from './domain/ahead/plan.ts';
import { SIGNAL_CLASSES, type SignalClass, signalOf, unknownSignal } from './domain/ahead/signals.ts';
import type { Move, WhatIf } from './domain/ahead/what-if.ts';
import { CodedError, fault } from './domain/faults.ts';
import type { OutgoingMessage } from './domain/ports.ts';
import type { Rational } from './domain/rational.ts';
import type { Identity } from './identity.ts';
import { createAheadReader } from './stages/ahead-plan.ts';
import { createClassWatch } from './stages/ahead-watch.ts';
import type { StandingMessage } from './uplink/standing.ts';

/** A signal is said again this often, ms … */
export const SIGNAL_REPEAT_MS = 60_000;
/** … and the broker forgets it after this long, s: a gateway that is gone switches nothing. MQTT 5 only. */
export const SIGNAL_EXPIRY_S = 180;

export interface Ahead {
  /** Tells what changed. To be called at each turn. */
  look(): void;
  /** null while the time is not known or the disk cannot be read. */
  plan(): AheadPlan | null;
  /** @throws CodedError what-if-…, time-not-known */
  whatIf(moves: readonly Move[]): WhatIf;
  /** `coefficients` and the signals, as they are now. */
  standing(): readonly StandingMessage[];
  /** What is said of the signals when the gateway ends: nobody knows any more. */
  farewell(): readonly OutgoingMessage[];
}

export interface AheadDeps {
  readonly me: Identity;
  readonly guard: Pick<DiskWatch['guard'], 'read' | 'run'>;
  /** Whether the clock can be used. */
  readonly knowsTime: () => boolean;
  readonly isHoliday: IsHoliday;
  /** Litres of crude oil per MJ (原油換算), by date. */
  readonly crudeOilOn: (date: string) => Rational;
}

export function createAhead({ me, guard, knowsTime, isHoliday, crudeOilOn }: AheadDeps): Ahead {
  const { site, store, grid, events, clock, topics, rules, specs } = me;
  const { calendar } = site;
  const reader = createAheadReader({ store, grid, rules, specs, calendar, isHoliday, crudeOilOn });
  const watch = createClassWatch({ store, grid, events });
  const owner = { site: site.site.id, gateway: site.gateway.id, gridArea: site.site.gridArea };
  let told: { readonly edition: object; readonly date: string } | null = null;
  let made: { readonly key: readonly unknown[]; readonly messages: readonly StandingMessage[] } | null = null;

  const isKnown = (): boolean => me.begun() && knowsTime();

  function retained(topic: string, content: object, expirySeconds?: number): OutgoingMessage {
    const producedAt = isKnown() ? grid.iso(clock.now()) : null;
    const payload = JSON.stringify({ ...content, producedAt });
    return { topic, payload, qos: 1, retain: true, ...(expirySeconds ? { expirySeconds } : {}) };
  }

  function standingCoefficients(days: TwoDays | null): StandingMessage {
    const content = coefficientsContent(owner, days, grid);
    return {
      topic: topics.coefficients,
      content: JSON.stringify(content),
      message: () => retained(topics.coefficients, content),
      repeatMs: null,
    };
  }

  function signalMessages(name: SignalClass, content: Content<SignalMessage>): OutgoingMessage[] {
    const { state } = content;
    const word = { topic: topics.signalState(name), payload: state, qos: 1, retain: true } as const;
    return [
      retained(topics.signal(name), content, SIGNAL_EXPIRY_S),
      { ...word, expirySeconds: SIGNAL_EXPIRY_S },
    ];
  }

  function standingSignals(name: SignalClass, content: Content<SignalMessage>): StandingMessage[] {
    return signalMessages(name, content).map(({ topic }, index) => ({
      topic,
      content: index === 0 ? JSON.stringify(content) : content.state,
      message: () => signalMessages(name, content)[index] as OutgoingMessage,
      repeatMs: SIGNAL_REPEAT_MS,
    }));
  }

  /** null: nothing is known just now. */
  function read<T>(work: () => T): T | null {
    return isKnown() ? guard.read<T | null>(work, null) : null;
  }

  function makeStanding(): readonly StandingMessage[] {
    const found = read(() => ({ days: reader.days(clock.now()), hours: reader.hoursAhead(clock.now()) }));
    const signals = SIGNAL_CLASSES.flatMap((name) =>
      standingSignals(name, signalContent(found ? signalOf(name, found.hours) : unknownSignal(name), grid)),
    );
    return [standingCoefficients(found?.days ?? null), ...signals];
  }

  return {
    look() {
      const now = read(() => ({ edition: reader.edition(), date: grid.dateOf(clock.now()) }));
      if (!now || (told?.edition === now.edition && told.date === now.date)) return;
      guard.run(() => {
        watch.look(reader.days(clock.now()), clock.now());
        told = now;
      });
    },
    plan: () => read(() => reader.plan(clock.now())),
    whatIf(moves) {
      if (!isKnown()) throw new CodedError(fault('time-not-known'));
      return reader.whatIf(moves, clock.now());
    },
    standing() {
      // All of it is made of these: within an hour nothing changes by itself.
      const key = [read(() => reader.edition()), isKnown() && grid.hourOf(clock.now())];
      if (!made || made.key.some((part, index) => part !== key[index]))
        made = { key, messages: makeStanding() };
      return made.messages;
    },
    farewell: () =>
      SIGNAL_CLASSES.flatMap((name) => signalMessages(name, signalContent(unknownSignal(name), grid))),
  };
}
