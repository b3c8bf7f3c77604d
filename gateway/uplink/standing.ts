/**
 * Retained messages that stand for something that is so now: said when what they say changes, on each connection, and
 * again every so often where they expire. Nothing is queued: what is not acknowledged is said again with the next look.
 */
import type { OutgoingMessage, PublishOutcome } from '../domain/ports.ts';

export interface StandingMessage {
  readonly topic: string;
  /** What it says; two that are equal in it are the same message. */
  readonly content: string;
  /** Made when it is sent. */
  readonly message: () => OutgoingMessage;
  /** Said again after this long, ms; null: not unless it changes. */
  readonly repeatMs: number | null;
}

interface Said {
  readonly content: string;
  readonly atMs: number;
}

export interface Standing {
  /** To be called often: it publishes only what is due. */
  say(messages: readonly StandingMessage[]): void;
  /** A new connection: the broker may have lost all of it. */
  forget(): void;
}

export function createStanding(deps: {
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome | null>;
  /** Told of a message that the broker will not take, once for each content. */
  readonly onRefused: (topic: string, outcome: PublishOutcome) => void;
  readonly monotonicMs: () => number;
}): Standing {
  const { publish, monotonicMs } = deps;
  /** What was said last, or is under way. */
  const said = new Map<string, Said>();

  async function send({ topic, message }: StandingMessage, mark: Said): Promise<void> {
    const outcome = await publish(message());
    if (outcome?.kind === 'acknowledged') return;
    // Refused, it would be refused again at once: it waits for another content or connection.
    if (outcome?.kind === 'refused') deps.onRefused(topic, outcome);
    else if (said.get(topic) === mark) said.delete(topic);
  }

  return {
    say(messages) {
      for (const standing of messages) {
        const { topic, content, repeatMs } = standing;
        const last = said.get(topic);
        const nowMs = monotonicMs();
        const isOld = last !== undefined && repeatMs !== null && nowMs - last.atMs >= repeatMs;
        if (last?.content === content && !isOld) continue;
        const mark = { content, atMs: nowMs };
        said.set(topic, mark);
        void send(standing, mark);
      }
    },
    forget: () => said.clear(),
  };
}
