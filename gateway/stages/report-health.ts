/**
 * Tells the cloud when a meter stops answering for good and when it answers again. What was said last is a row, so
 * that a restart in between neither repeats nor forgets it. `failing` is passing trouble and says nothing.
 */
import { faultText } from '../domain/faults.ts';
import type { MeterHealth } from '../domain/messages.ts';
import type { MeterPoll } from '../domain/ports.ts';
import type { EventDraft } from '../domain/render.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

type Said = 'offline' | 'online';

function draft(poll: MeterPoll, said: Said): EventDraft {
  const about = { meter: poll.meter, channel: null, atMs: poll.atMs };
  if (said === 'online')
    return { kind: 'meter-online', ...about, text: `${poll.meter} answers again.`, detail: {} };
  const why = poll.fault ? ` ${faultText(poll.fault)}` : '';
  return {
    kind: 'meter-offline',
    ...about,
    text: `${poll.meter} does not answer.${why}`,
    detail: { fault: poll.fault?.code ?? null },
  };
}

export function createHealthReporter({
  store,
  events,
}: {
  readonly store: Store;
  readonly events: EventSink;
}) {
  const known = new Map<string, Said>();

  function lastSaid(meter: string): Said {
    const cached = known.get(meter);
    if (cached) return cached;
    // A meter nobody has heard of is taken to be there.
    const said: Said = store.facts.get(`health:${meter}`) === 'offline' ? 'offline' : 'online';
    known.set(meter, said);
    return said;
  }

  return {
    note(poll: MeterPoll, health: MeterHealth): void {
      const now: Said | null = health === 'offline' ? 'offline' : health === 'ok' ? 'online' : null;
      if (now === null || now === lastSaid(poll.meter)) return;
      events.write(poll.atMs, () => {
        store.facts.put(`health:${poll.meter}`, now);
        events.emit(draft(poll, now));
      });
      known.set(poll.meter, now);
    },
  };
}
