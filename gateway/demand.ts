/**
 * The demand of the running period, for everybody who asks: live readings in, alarms and the retained message out, and
 * the ways by which people hear of an alarm. Without `demand:` in the site file nothing of it runs.
 */
import type { MailConfig, WebhookConfig } from '../config/types.ts';
import type { DiskWatch } from './disk.ts';
import type { ClockHealth } from './domain/clock-health.ts';
import { mailOf, noticeText, PURPOSE } from './domain/demand/notices.ts';
import type { DemandLevel, DemandPlan } from './domain/demand/plan.ts';
import {
  type DemandEntry,
  type DemandMessage,
  type DemandRead,
  type DemandsRead,
  demandEntry,
  type TimingRead,
} from './domain/demand/report.ts';
import type { LiveBoard } from './domain/live.ts';
import type { MeterPoll, OutgoingMessage } from './domain/ports.ts';
import { decimal } from './domain/render-json.ts';
import type { EpochMs } from './domain/time.ts';
import type { Identity } from './identity.ts';
import type { Log } from './platform/log.ts';
import { type NotifySecrets, notifySecrets } from './platform/secrets.ts';
import {
  createNoticeDelivery,
  type NoticeDelivery,
  purgeNotices,
  type Send,
} from './stages/demand-delivery.ts';
import { rememberDemands } from './stages/demand-facts.ts';
import { createDemandWatch } from './stages/demand-watch.ts';
import type { StandingMessage } from './uplink/standing.ts';

/** The message is said again this often, ms … */
export const REPEAT_MS = 10_000;
/** … and the broker forgets it after this long, s: nobody shall take an old demand for the present. MQTT 5 only. */
const EXPIRY_S = 60;
/** A meter that was not read for this long says nothing about now, ms; or three polls, where those are further apart. */
const FRESH_MS = 60_000;
const MISSED_POLLS = 3;
const PURGE_EVERY_MS = 3_600_000;

export interface Demand {
  /** To be told of each poll while the time is known. */
  note(poll: MeterPoll): void;
  /** To be called at each turn. */
  look(): void;
  read(): DemandsRead;
  highest(): DemandLevel | null;
  standing(): readonly StandingMessage[];
  farewell(): readonly OutgoingMessage[];
  close(): Promise<void>;
}

export interface DemandParts {
  readonly me: Identity;
  readonly guard: DiskWatch['guard'];
  readonly board: LiveBoard;
  readonly log: Log;
  readonly clockHealth: () => ClockHealth;
  readonly knowsTime: () => boolean;
}

function webhookSend(config: WebhookConfig, secrets: NotifySecrets, parts: DemandParts): Send {
  const { me } = parts;
  const { language } = me.site.notify;
  const options = { ...config, secret: secrets.webhookSecret, ca: secrets.webhookCa };
  return async ([first], signal) => {
    if (!first) return null;
    const { postWebhook } = await import('./uplink/notify/webhook.ts');
    const { id, notice } = first;
    const key = `${me.sender.generation}-${id}`;
    const body = JSON.stringify({
      ...notice,
      id: key,
      text: noticeText(notice, language),
      purpose: PURPOSE[language],
    });
    return postWebhook(options, { id: key, body, atMs: me.clock.now() }, signal);
  };
}

function mailSend(config: MailConfig, secrets: NotifySecrets, parts: DemandParts): Send {
  const { me } = parts;
  const options = { ...config, password: secrets.mailPassword, ca: secrets.mailCa };
  return async (notices, signal) => {
    const { sendMail } = await import('./uplink/notify/mail.ts');
    const { site, gateway, generation } = me.sender;
    const [first, last] = [notices[0]?.id ?? 0, notices.at(-1)?.id ?? 0];
    const id = `hakaru.${site}.${gateway}.${generation}.${first}-${last}`;
    const mail = mailOf(
      notices.map(({ notice }) => notice),
      me.site.notify.language,
    );
    return sendMail(options, { id, ...mail, atMs: me.clock.now() }, signal);
  };
}

function openWays(parts: DemandParts, secrets: NotifySecrets): NoticeDelivery[] {
  const { me, guard, log } = parts;
  const { webhook, mail } = me.site.notify;
  const shared = {
    store: me.store,
    clock: me.clock,
    run: (work: () => void) => guard.run(work),
    read: guard.read,
    random: Math.random,
    onFault: (way: string, problem: object) =>
      log.warn({ way, fault: problem }, 'a notice was not delivered'),
  };
  return [
    ...(webhook
      ? [createNoticeDelivery({ ...shared, way: 'webhook', send: webhookSend(webhook, secrets, parts) })]
      : []),
    ...(mail ? [createNoticeDelivery({ ...shared, way: 'mail', send: mailSend(mail, secrets, parts) })] : []),
  ];
}

function timingOf(board: LiveBoard, { channels }: DemandPlan): TimingRead | null {
  const own = channels.map(({ meter }) => board.of(meter));
  for (const { meter, gauges } of [...own, ...board.all()]) {
    const offset = gauges.get('timing-offset');
    if (offset) return { meter, offsetS: offset.value, atMs: offset.atMs };
  }
  return null;
}

/** What a reader of the message would call the same: within one per cent of the target. */
function outline({ plan, now, alarm }: DemandRead): unknown {
  const hundredths = (micro: bigint | null): string | null =>
    micro === null ? null : String((micro * 100n) / plan.targetMicro);
  const { startMs, reason, footing } = now;
  const moved = [now.nowMicro, now.predictedMicro, now.shedMicro].map(hundredths);
  return [plan.id, startMs, reason, footing, alarm.level, ...moved];
}

/** @throws CodedError secret-missing; nothing is open then */
export function createDemand(parts: DemandParts): Demand {
  const { me, guard, board } = parts;
  const { site, store, grid, clock, topics } = me;
  const ways = openWays(parts, notifySecrets(site.notify));
  const intervals = new Map(site.meters.map((meter) => [meter.id, meter]));
  const { webhook, mail } = site.notify;
  const watch = createDemandWatch({
    store,
    grid,
    clock,
    sender: me.sender,
    siteName: site.site.name,
    events: me.events,
    plans: site.demand,
    specs: me.specs,
    freshMs(meter) {
      const config = intervals.get(meter);
      return Math.max(FRESH_MS, MISSED_POLLS * (config?.intervalMs ?? 0) + (config?.type.updateMs ?? 0));
    },
    clockHealth: parts.clockHealth,
    knowsTime: parts.knowsTime,
    timing: (plan) => timingOf(board, plan),
    ways: [
      ...(webhook ? [{ way: 'webhook', level: webhook.level, onlyNew: false } as const] : []),
      ...(mail ? [{ way: 'mail', level: mail.level, onlyNew: true } as const] : []),
    ],
  });
  let remembered = false;
  let purgedMs = Number.NEGATIVE_INFINITY;

  const print = { iso: (at: EpochMs) => grid.iso(at), decimal };
  const isKnown = (): boolean => me.begun() && parts.knowsTime();

  function message(demands: readonly DemandEntry[]): OutgoingMessage {
    const body: DemandMessage = {
      v: 1,
      site: site.site.id,
      gateway: site.gateway.id,
      demands,
      producedAt: isKnown() ? grid.iso(clock.now()) : null,
    };
    const payload = JSON.stringify(body);
    return { topic: topics.demand, payload, qos: 0, retain: true, expirySeconds: EXPIRY_S };
  }

  /** A gateway that is gone knows nothing. */
  function unknown(entry: DemandEntry): DemandEntry {
    return {
      ...entry,
      reason: 'gateway-off',
      reasonMeter: null,
      energy: null,
      now: null,
      nowLow: null,
      nowHigh: null,
      power: null,
      predicted: null,
      predictedLow: null,
      predictedHigh: null,
      byMethod: { 'two-point': null, 'moving-average': null, 'least-squares': null },
      shed: null,
      holdable: null,
    };
  }

  function tidy(nowMs: number): void {
    if (!remembered) rememberDemands(store, site.demand);
    remembered = true;
    if (ways.length === 0 || Math.abs(nowMs - purgedMs) < PURGE_EVERY_MS) return;
    purgeNotices(store, nowMs);
    purgedMs = nowMs;
  }

  return {
    note: (poll) => void guard.run(() => watch.note(poll)),
    look() {
      if (site.demand.length > 0) {
        guard.run(() => watch.look());
        if (isKnown()) {
          guard.run(() => watch.tell());
          guard.run(() => watch.lookBack());
        }
      }
      if (!isKnown()) return;
      guard.run(() => tidy(clock.now()));
      for (const way of ways) way.look();
    },
    read: () => ({
      demands: guard.read(() => watch.read(), []),
      notify: ways.map((way) => way.health()),
    }),
    highest: () => watch.highest(),
    standing() {
      if (site.demand.length === 0) return [];
      const reads = guard.read(() => watch.read(), []);
      if (reads.length === 0) return [];
      return [
        {
          topic: topics.demand,
          content: JSON.stringify(reads.map(outline)),
          message: () => message(reads.map((read) => demandEntry(read, print))),
          repeatMs: REPEAT_MS,
        },
      ];
    },
    farewell() {
      const reads = guard.read(() => watch.read(), []);
      return reads.length === 0 ? [] : [message(reads.map((read) => unknown(demandEntry(read, print))))];
    },
    async close() {
      await Promise.all(ways.map((way) => way.close()));
    },
  };
}
