/**
 * Notices → people. Rows are the queue; one try of each way at a time, beside everything else. What was sent and not
 * yet written down is sent again after a crash: at least once. The ledger never waits for it.
 */
import { GIVE_UP_MS, MAX_WAITING, type NoticeWay, nextMail, retryMs } from '../domain/demand/delivery.ts';
import type { DemandNotice } from '../domain/demand/notices.ts';
import type { WayHealth } from '../domain/demand/report.ts';
import type { Fault } from '../domain/faults.ts';
import type { Clock } from '../domain/time.ts';
import type { NoticeRow } from '../store/notice-rows.ts';
import type { Store } from '../store/store.ts';

/** Notices looked at in one turn. */
const LOOKED_AT = 100;
/** What is settled is kept for a month, ms. */
const KEPT_MS = 35 * 86_400_000;
const PURGED = 200;

export interface Notice {
  readonly id: number;
  readonly notice: DemandNotice;
}

/** Sends one message about these. Settles always and within a bound. @returns null when it was taken */
export type Send = (notices: readonly Notice[], signal: AbortSignal) => Promise<Fault | null>;

export interface DeliveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly way: NoticeWay;
  readonly send: Send;
  /** Work that writes; false when the disk did not take it. */
  readonly run: (work: () => void) => boolean;
  readonly read: <T>(work: () => T, instead: T) => T;
  readonly random: () => number;
  readonly onFault: (way: NoticeWay, problem: Fault) => void;
}

export interface NoticeDelivery {
  /** Begins what is due, if nothing is under way. To be called once a second. */
  look(): void;
  health(): WayHealth;
  /** Breaks off what is under way: it is sent again after the next start. */
  close(): Promise<void>;
}

export function createNoticeDelivery(deps: DeliveryDeps): NoticeDelivery {
  const { store, clock, way, send } = deps;
  const ending = new AbortController();
  let underWay: Promise<void> | null = null;
  let lastFault: Fault | null = null;
  /** Taken by the receiver, and the disk does not let it be written down. */
  let unwritten: (() => void) | null = null;

  const levelOf = ({ body }: NoticeRow) => (JSON.parse(body) as DemandNotice).level;

  function due(rows: readonly NoticeRow[], nowMs: number): readonly NoticeRow[] {
    const ready = rows.filter(({ nextMs }) => nextMs <= nowMs || nextMs - nowMs > GIVE_UP_MS);
    const [first] = ready;
    if (!first) return [];
    if (way !== 'mail') return [first];
    const waiting = ready.map((row) => ({ id: row.id, level: levelOf(row) }));
    const ids = nextMail(waiting, store.notices.deliveredSince(way, nowMs - 3_600_000), nowMs);
    return ready.filter(({ id }) => ids.includes(id));
  }

  function giveUpOld(rows: readonly NoticeRow[], nowMs: number): void {
    const old = rows.filter(({ atMs }) => nowMs - atMs > GIVE_UP_MS);
    const many = store.notices.countWaiting(way) - old.length - MAX_WAITING;
    if (old.length === 0 && many <= 0) return;
    store.write(() => {
      for (const { id } of old) store.notices.settle(id, way, 'given-up', clock.now());
      if (many > 0) store.notices.dropOldest(way, many, clock.now());
    });
  }

  async function deliver(rows: readonly NoticeRow[]): Promise<void> {
    const notices = rows.map(({ id, body }) => ({ id, notice: JSON.parse(body) as DemandNotice }));
    const problem = await send(notices, ending.signal);
    if (ending.signal.aborted && problem) return;
    lastFault = problem;
    if (problem) deps.onFault(way, problem);
    const atMs = clock.now();
    unwritten = () =>
      store.write(() => {
        for (const { id, attempts } of rows)
          if (problem === null) store.notices.settle(id, way, 'delivered', atMs);
          else store.notices.tryLater(id, way, (atMs + retryMs(attempts, deps.random())) as typeof atMs);
      });
    writeDown();
  }

  function writeDown(): void {
    if (unwritten && deps.run(unwritten)) unwritten = null;
  }

  function begin(): void {
    const nowMs = clock.now();
    const rows = store.notices.waiting(way, LOOKED_AT);
    if (rows.length === 0) return;
    giveUpOld(rows, nowMs);
    const fresh = rows.filter(({ atMs }) => nowMs - atMs <= GIVE_UP_MS);
    const now = due(fresh, nowMs);
    if (now.length === 0) return;
    underWay = deliver(now).finally(() => (underWay = null));
  }

  return {
    look() {
      if (underWay || ending.signal.aborted) return;
      writeDown();
      // What is not written down would be sent again.
      if (!unwritten) deps.run(begin);
    },
    health: () => ({
      way,
      waiting: deps.read(() => store.notices.countWaiting(way), 0),
      fault: lastFault,
    }),
    async close() {
      ending.abort();
      await underWay;
      writeDown();
    },
  };
}

/** Deletes what was settled long ago. */
export function purgeNotices(store: Store, nowMs: number): void {
  store.write(() => store.notices.purge(nowMs - KEPT_MS, PURGED));
}
