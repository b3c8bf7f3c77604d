/**
 * Sends the outbox, oldest first, and keeps nothing: what is not acknowledged is still a row.
 *
 * States
 * - *resting*: everything that is known is sent and answered. `wake` looks for new rows.
 * - *sending*: up to `window` rows are in flight. Acknowledgements are gathered and written in groups, so the
 *   database sees few transactions; a crash in between only sends those rows again.
 * - *offline*: there is no connection. A new one starts from the lowest row that is not acknowledged.
 * - *pausing*: the broker takes nothing just now (quota, or it refuses whatever it gets); goes on after `pauseMs`.
 * - *stopped*: nothing is sent any more; what is in flight may still settle.
 *
 * Which message kills the connection?  Some brokers answer a message they dislike with a disconnect. Whatever was in
 * flight at a disconnect is sent *alone* from then on, until acknowledged (the rows' `attempts` say which, so a
 * restart knows it too). A row that was alone in flight at a disconnect is a *suspect*. A suspect goes out only on a
 * connection that has shown to be good: something was acknowledged on it, or it stood for `calmMs`. A suspect with
 * `maxDisconnects` disconnects in a row is refused. Time-outs, take-overs and disconnects for which the broker names a
 * reason of its own suspect nobody: a dead network or a busy broker never costs a message.
 *
 * Refused messages.  The caller replaces a refused row by a tombstone under the same `seq`, which is then sent. When a
 * tombstone is refused too, or kills the connection too, it is set aside and tried again after `retryAsideMs`. When
 * ten messages in a row are refused and none accepted, the fault lies with the broker's access rights and not with
 * the messages: nothing more is replaced, a few rows are tried each `pauseMs` until one is accepted.
 */
import type { PublishOutcome, Uplink } from '../domain/ports.ts';
import { REASON } from './connection.ts';
import { mayBlameMessage, reasonText } from './connection-fault.ts';
import {
  type Cancel,
  createAckGroup,
  createInFlight,
  createReader,
  createRefusals,
  createSuspicion,
  type Schedule,
} from './delivery-parts.ts';
import type { OutboxRow, OutboxRows } from './outbox-rows.ts';

export interface DeliveryTiming {
  /** Acknowledgements wait this long for others before they are written, ms. */
  readonly ackDelayMs: number;
  readonly calmMs: number;
  readonly pauseMs: number;
  readonly retryAsideMs: number;
}

export const DEFAULT_DELIVERY_TIMING: DeliveryTiming = {
  ackDelayMs: 200,
  calmMs: 1000,
  pauseMs: 60_000,
  retryAsideMs: 600_000,
};

export interface DeliveryOptions {
  readonly outbox: OutboxRows;
  readonly uplink: Pick<Uplink, 'connected' | 'publish' | 'onConnect' | 'fault'>;
  /** Most rows in flight, 1…1000. */
  readonly window: number;
  /** A suspect is refused after this many disconnects, 1 or more. */
  readonly maxDisconnects: number;
  /** Called when nothing is left to send. */
  readonly onIdle?: () => void;
  /** `before-publish`: the row is committed, not one byte sent. `before-puback`: its bytes are with the system, the answer is not read. */
  readonly probe?: (point: 'before-publish' | 'before-puback') => void;
  readonly timing?: Partial<DeliveryTiming>;
  /** Runs `task` once after `ms` and returns how to call it off; real timers unless given. */
  readonly schedule?: Schedule;
}

export interface Delivery {
  /** There may be new rows: call after each commit that adds some. */
  wake(): void;
  /** Sends nothing more; acknowledgements that still come are written. */
  stop(): void;
  /** Nothing is in flight and every acknowledgement is written. With `stop` before it: within the publish deadline. */
  settled(): Promise<void>;
}

/**
 * Rows read at once: enough to make a read cheap; few enough that it is over in a fraction of a millisecond (polls are
 * due on the same thread) and that the garbage collector finds little alive.
 */
const PAGE = 64;
/** Wait when the uplink takes no more although it is connected, ms. */
const BUSY_MS = 1000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox, uplink, window, maxDisconnects, onIdle, probe } = options;
  if (!(window >= 1 && window <= 1000 && maxDisconnects >= 1))
    throw new RangeError('window or maxDisconnects');
  const timing: DeliveryTiming = { ...DEFAULT_DELIVERY_TIMING, ...options.timing };
  const schedule = options.schedule ?? realTimer;

  const inFlight = createInFlight();
  /** What is in flight was in flight when a connection ended: nothing goes out beside it. */
  let isAlone = false;
  const reader = createReader(outbox, PAGE);
  const acks = createAckGroup(outbox, timing.ackDelayMs, schedule);
  const refusals = createRefusals();
  const suspicion = createSuspicion(maxDisconnects);
  const waiters: (() => void)[] = [];
  /** The connection has shown to be good. */
  let proven = false;
  /** What ended without an answer while others of the same connection may still be in flight. */
  let lost: { readonly seqs: number[]; blameless: boolean } = { seqs: [], blameless: false };
  let stopped = false;
  let pausing: Cancel | null = null;
  let calming: Cancel | null = null;
  let retrying: Cancel | null = null;

  const fromTheStart = (): void => {
    acks.write();
    reader.fromTheStart();
  };

  const tryAgain = (): void => {
    refusals.again();
    fromTheStart();
    pump();
  };

  const pause = (ms: number): void => {
    pausing ??= schedule(() => {
      pausing = null;
      tryAgain();
    }, ms);
  };

  const mayGo = (row: OutboxRow): boolean => {
    if (inFlight.size() >= window) return false;
    if (inFlight.size() > 0) return row.attempts === 0 && !isAlone && !refusals.isBarren();
    if (proven || !suspicion.isOn(row.seq)) return true;
    calming ??= schedule(() => {
      calming = null;
      proven = true;
      pump();
    }, timing.calmMs);
    return false;
  };

  const send = (row: OutboxRow): void => {
    reader.take();
    inFlight.add(row.seq);
    isAlone = row.attempts > 0;
    probe?.('before-publish');
    const outcome = uplink.publish({ topic: row.topic, payload: row.payload, qos: 1, retain: false });
    // The socket is written in a tick that `publish` has queued; this one comes right after it.
    if (probe) process.nextTick(probe, 'before-puback');
    void outcome.then((result) => settle(row.seq, result));
  };

  const maySend = (): boolean => !stopped && pausing === null && uplink.connected();

  const isNoNews = (seq: number): boolean => inFlight.has(seq) || refusals.isAside(seq);

  const pump = (): void => {
    while (maySend()) {
      const row = reader.peek(isNoNews);
      if (row === null || !mayGo(row)) break;
      if (refusals.mayTry()) send(row);
      else pause(timing.pauseMs);
    }
    if (inFlight.size() > 0) return;
    acks.write();
    for (const tell of waiters.splice(0)) tell();
    if (!stopped && reader.isAtEnd() && refusals.noneAside()) onIdle?.();
  };

  const settle = (seq: number, outcome: PublishOutcome): void => {
    inFlight.remove(seq);
    if (outcome.kind === 'acknowledged') onAcknowledged(seq);
    else if (outcome.kind === 'refused') onRefused(seq, outcome.reasonCode);
    else {
      lost.seqs.push(seq);
      if (outcome.kind === 'timeout') lost.blameless = true;
    }
    if (lost.seqs.length === 0) pump();
    // The others in flight end with the same connection; together they tell who may be to blame.
    else if (inFlight.size() === 0) onLost();
  };

  const onAcknowledged = (seq: number): void => {
    proven = true;
    suspicion.clear(seq);
    acks.add(seq);
    if (!refusals.accepted(seq)) return;
    refusals.again();
    fromTheStart();
  };

  const onRefused = (seq: number, reasonCode: number): void => {
    proven = true;
    // A quota says "not now": after a long outage the whole backlog would be lost to it.
    if (reasonCode === REASON.quotaExceeded) return pause(timing.pauseMs);
    if (refusals.judge(seq) === 'replace') replace(seq, `refused: ${reasonText(reasonCode)}`);
    else setAside(seq);
  };

  const setAside = (seq: number): void => {
    if (!refusals.setAside(seq)) return pause(timing.pauseMs);
    retrying ??= schedule(() => {
      retrying = null;
      tryAgain();
    }, timing.retryAsideMs);
  };

  const replace = (seq: number, reason: string): void => {
    acks.write();
    outbox.refused(seq, reason);
    refusals.replaced(seq);
    suspicion.clear(seq);
    reader.fromTheStart();
  };

  const onLost = (): void => {
    const { seqs, blameless } = lost;
    lost = { seqs: [], blameless: false };
    acks.write();
    outbox.disconnectedWhileSending(seqs.toSorted((a, b) => a - b));
    reader.fromTheStart();
    if (uplink.connected()) pause(BUSY_MS);
    else if (seqs.length === 1 && !blameless && !stopped && mayBlameMessage(uplink.fault())) accuse(seqs[0]!);
    pump();
  };

  const accuse = (seq: number): void => {
    if (!suspicion.accuse(seq)) return;
    suspicion.clear(seq);
    if (refusals.isTombstone(seq)) setAside(seq);
    else replace(seq, `the connection ended ${maxDisconnects} times on this message alone`);
  };

  uplink.onConnect(() => {
    proven = false;
    calming?.();
    calming = null;
    // What was set aside stays there: it may be what ended the last connection.
    fromTheStart();
    pump();
  });

  return {
    wake() {
      reader.more();
      pump();
    },
    stop() {
      stopped = true;
      for (const cancel of [pausing, calming, retrying]) cancel?.();
      pausing = calming = retrying = null;
      if (inFlight.size() === 0) acks.write();
    },
    settled: () =>
      new Promise((resolve) => {
        if (inFlight.size() === 0) {
          acks.write();
          resolve();
        } else waiters.push(resolve);
      }),
  };
}

function realTimer(task: () => void, ms: number): Cancel {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}
