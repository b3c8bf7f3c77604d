/**
 * Hints that hold, by meter. Each is a row, so that a restart neither repeats nor forgets it; one event tells when it
 * begins and one when it is over.
 */
import type { ChannelName } from '../domain/meters.ts';
import type { EventDraft } from '../domain/render.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import { HINT_TEXTS } from '../domain/validation/hint-texts.ts';
import { type Hint, type HintCode, hintText, type StandingHint } from '../domain/validation/hints.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

const PREFIX = 'hint:';

const keyOf = (meter: string, code: HintCode, channel: ChannelName | null): string =>
  `${PREFIX}${meter}/${code}/${channel ?? ''}`;

function draft(hint: StandingHint, atMs: EpochMs, state: 'begins' | 'ends'): EventDraft {
  const { meter, channel, code, about } = hint;
  const text = hintText(hint);
  return {
    kind: HINT_TEXTS[code].event,
    meter,
    channel,
    atMs,
    text: state === 'begins' ? `${meter}: ${text}` : `${meter}: this is over: ${text}`,
    detail: { ...about, hint: code, state },
  };
}

/** Also for a reader of the database. */
export function storedHints(store: Store): StandingHint[] {
  return store.facts.starting(PREFIX).map(({ value }) => {
    const hint = JSON.parse(value) as StandingHint;
    return { ...hint, sinceMs: instant(hint.sinceMs) };
  });
}

export interface HintBook {
  of(meter: string): readonly StandingHint[];
  all(): readonly StandingHint[];
  find(meter: string, code: HintCode, channel?: ChannelName | null): StandingHint | null;
  /** Nothing happens when it holds already. One transaction. */
  begin(meter: string, hint: Hint, sinceMs: EpochMs, atMs: EpochMs): void;
  end(meter: string, code: HintCode, channel: ChannelName | null, atMs: EpochMs): void;
}

/** @param meters of the site file: what was said of others is forgotten */
export function createHintBook(deps: {
  readonly store: Store;
  readonly events: EventSink;
  readonly meters: readonly string[];
}): HintBook {
  const { store, events, meters } = deps;
  const known = new Set(meters);
  const book = new Map<string, StandingHint>();
  for (const hint of storedHints(store))
    if (known.has(hint.meter)) book.set(keyOf(hint.meter, hint.code, hint.channel), hint);
  return {
    of: (meter) => [...book.values()].filter((hint) => hint.meter === meter),
    all: () => [...book.values()],
    find: (meter, code, channel = null) => book.get(keyOf(meter, code, channel)) ?? null,
    begin(meter, hint, sinceMs, atMs) {
      const key = keyOf(meter, hint.code, hint.channel);
      if (book.has(key)) return;
      const standing = { ...hint, meter, sinceMs };
      events.write(atMs, () => {
        store.facts.put(key, JSON.stringify(standing));
        events.emit(draft(standing, atMs, 'begins'));
      });
      book.set(key, standing);
    },
    end(meter, code, channel, atMs) {
      const key = keyOf(meter, code, channel);
      const hint = book.get(key);
      if (!hint) return;
      events.write(atMs, () => {
        store.facts.remove(key);
        events.emit(draft(hint, atMs, 'ends'));
      });
      book.delete(key);
    },
  };
}
