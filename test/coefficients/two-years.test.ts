/**
 * Two years of twelve meters, from the closed bucket on. Announcements come in time, late, corrected, twice corrected, for elsewhere, or never;
 * some hours are missing at first. All of it goes through the store, the weighing, the outbox and a real mosquitto, with
 * restarts and outages between. In the end every bucket, and the table that a subscriber keeps by (generation,
 * revision), is what a computation from nothing gives.
 */
import { rmSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import type { ChannelName, ChannelUnit, Role } from '../../gateway/domain/meters.ts';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxPort } from '../../gateway/stages/outbox-port.ts';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { openUplink } from '../../gateway/uplink/mqtt-uplink.ts';
import { HOUR, specWith } from '../ledger/support/ledger.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';
import { type OracleBook, type OracleDocument, oracleHour, oracleMj, shelve } from './support/oracle.ts';
import { jst, openPlant, type Plant, published, quickFolder, SENDER } from './support/plant.ts';

const SEED = 20_240_401;
/** The whole of it, on two shared cores. */
const LIMIT_MS = 300_000;
const BEGIN = jst('2024-04-01');

/** The buckets are written as the closing stage writes them; readings are another story (any-order). */
const BEHIND = ['weigh', 'send'] as const;

interface Meter {
  readonly meter: string;
  readonly role: Role;
  readonly channel: ChannelName;
  readonly unit: ChannelUnit;
}

const electric = (meter: string, role: Role): Meter => ({
  meter,
  role,
  channel: 'energy-import',
  unit: 'kWh',
});
const METERS: readonly Meter[] = [
  electric('main', 'grid-import'),
  electric('second', 'grid-import'),
  electric('night', 'grid-import'),
  ...['press', 'oven', 'line-a', 'line-b', 'office'].map((meter) => electric(meter, 'sub')),
  electric('roof', 'generation-pv'),
  electric('engine', 'generation-chp'),
  { meter: 'gas', role: 'gas', channel: 'gas-volume', unit: 'm3' },
  { meter: 'boiler', role: 'steam', channel: 'steam-mass', unit: 't' },
];
const SPECS = METERS.map((meter) => specWith({ ...meter, ratedPerHour: { num: 1_000n, den: 1n } }));

/** Numbers of one seed. */
function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** 10⁻⁶ kWh of an hour: with six digits, so that products must be rounded. */
function energyOf(meter: number, hour: number): bigint {
  return BigInt(
    1_000_000 * (5 + ((hour * 7 + meter * 13) % 300)) + ((hour * 7_919 + meter * 104_729) % 1_000_000),
  );
}

/** First day of each of the 24 months, and of the one after. */
const MONTHS = Array.from({ length: 25 }, (_, m) => {
  const year = 2024 + Math.floor((m + 3) / 12);
  return `${year}-${String(((m + 3) % 12) + 1).padStart(2, '0')}`;
});
const hourAt = (month: number): number => (jst(`${MONTHS[month]}-01`) - BEGIN) / HOUR;

interface Coming {
  /** After the hours of this month were metered; −1: before all. */
  readonly afterMonth: number;
  readonly document: OracleDocument;
}

/** One announcement a month and what becomes of it. */
function announcements(dice: (below: number) => number): Coming[] {
  return MONTHS.slice(0, 24).flatMap((month, m): Coming[] => {
    const lastDay = new Date(jst(`${MONTHS[m + 1]}-01`) + 9 * HOUR - 24 * HOUR).toISOString().slice(0, 10);
    const day = () => `${month}-${String(1 + dice(28)).padStart(2, '0')}`;
    const some = (most: number) => [...new Set(Array.from({ length: dice(most + 1) }, day))];
    const revision = (number: number): OracleDocument => ({
      document: `kyushu-${month}`,
      revision: number,
      area: 'kyushu',
      issuedAt: `${month}-01T0${number}:00:00+09:00`,
      complete: [[`${month}-01`, lastDay]],
      curtailmentDays: some(5),
      tightDays: some(2),
      monthly: {},
    });
    const [first, second, third] = [revision(1), revision(2), revision(3)];
    const elsewhere = {
      afterMonth: m - 1,
      document: { ...revision(1), document: 'tokyo', revision: m + 1, area: 'tokyo' },
    };
    switch (m % 8) {
      case 1: // Late by one to three months.
        return [elsewhere, { afterMonth: Math.min(23, m + 1 + dice(3)), document: first }];
      case 3: // Corrected after the fact.
        return [
          { afterMonth: m - 1, document: first },
          { afterMonth: Math.min(23, m + 2), document: second },
        ];
      case 4: // Never.
        return [];
      case 6: // Corrected twice; the first correction is overtaken by the second.
        return [first, third, second].map((document, i) => ({
          afterMonth: Math.min(23, m - 1 + i * 2),
          document,
        }));
      default:
        return [{ afterMonth: m - 1, document: first }];
    }
  });
}

/** Hours of a meter that are missing when their month ends, and are known three months later. */
const isLate = (meter: number, hour: number): boolean => (hour + meter * 31) % 997 < 5;

function meterMonth(plant: Plant, month: number, latecomers: boolean): void {
  const store = plant.store();
  store.write(() => {
    for (const [m, { meter }] of METERS.entries()) {
      const channelId = plant.channelId(meter);
      for (let hour = hourAt(month); hour < hourAt(month + 1); hour++) {
        if (latecomers && !isLate(m, hour)) continue;
        const startMs = instant(BEGIN + hour * HOUR);
        const known = latecomers || !isLate(m, hour);
        const micro = known ? energyOf(m, hour) : null;
        store.hours.putQuantities(channelId, startMs, {
          quality: known ? 'measured' : 'missing',
          coverageMicro: known ? 1_000_000 : 0,
          quantityMicro: micro,
          energyMicroKwh: micro,
          demandMicro: [micro, micro],
          startRegisterMicro: null,
          endRegisterMicro: null,
        });
        store.work.add('weigh', { channelId, startMs });
      }
    }
  });
}

let broker: Mosquitto | null = null;
let reader: MqttClient | null = null;
let plant: Plant | null = null;
const folder = quickFolder();

afterEach(async () => {
  await reader?.endAsync(true);
  plant?.close();
  await broker?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends all that waits over a connection of its own: each month begins with an outage. */
async function deliver(from: Plant, url: string): Promise<void> {
  const uplink = openUplink({
    config: {
      url,
      clientId: 'g1',
      username: null,
      password: null,
      ca: null,
      cert: null,
      key: null,
      publishTimeoutMs: 30_000,
    },
    will: { topic: 'hakaru/v1/test/g1/status', payload: '{}', qos: 1, retain: false },
    monotonicMs: () => performance.now(),
  });
  const outbox = createOutboxPort({
    store: from.store(),
    sender: SENDER,
    grid: hourGrid('Asia/Tokyo'),
    now: () => instant(BEGIN),
    eventTopic: 'hakaru/v1/test/g1/event',
    guard: (work) => work(),
    onRefused: (fault) => {
      throw new Error(fault.code);
    },
  });
  await new Promise<void>((idle) => {
    createDelivery({ outbox, uplink, window: 200, maxDisconnects: 3, onIdle: idle }).wake();
  });
  await uplink.close();
}

/** What a consumer keeps of an hour: as little as makes a difference. */
interface Kept {
  readonly generation: number;
  readonly revision: number;
  readonly figures: string;
}

function figuresOf({ kwh, mj, mjAllocated, coefficient: of }: HourMessage): string {
  return [kwh, mj, mjAllocated, of.class, of.mjPerKwh, of.document, of.revision, of.confirmed].join(' ');
}

async function subscribe(url: string) {
  const table = new Map<string, Kept>();
  let highest = 0;
  reader = await connectAsync(url, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    properties: { receiveMaximum: 1_000 },
  });
  reader.on('message', (topic, payload) => {
    const message = JSON.parse(payload.toString()) as HourMessage;
    highest = Math.max(highest, message.seq ?? 0);
    if (!topic.includes('/hour/')) return;
    const key = `${message.meter} ${message.start}`;
    const { generation, revision } = message;
    const known = table.get(key);
    const isNewer =
      !known ||
      generation > known.generation ||
      (generation === known.generation && revision > known.revision);
    if (isNewer) table.set(key, { generation, revision, figures: figuresOf(message) });
  });
  await reader.subscribeAsync('hakaru/v1/#', { qos: 0 });
  return { table, highest: () => highest };
}

const decimal = (micro: bigint | null): number | null => (micro === null ? null : Number(micro) / 1e6);

/** The figures of one hour of one meter, from nothing but its energy and the documents. */
function fromNothing(book: OracleBook, { role }: Meter, micro: bigint, hourMs: number): string {
  const of = oracleHour(book, { area: 'kyushu', monthlyFrom: null }, hourMs);
  const mj = decimal(oracleMj(micro, of.mjPerKwh));
  if (role === 'grid-import')
    return [
      decimal(micro),
      mj,
      null,
      of.class,
      Number(of.mjPerKwh),
      of.document,
      of.revision,
      of.confirmed,
    ].join(' ');
  return [decimal(micro), null, role === 'sub' ? mj : null, 'none', null, null, null, false].join(' ');
}

it(
  `ends as from nothing, in the store and at the subscriber (seed ${SEED})`,
  async () => {
    broker = await createMosquitto([
      'allow_anonymous true',
      'max_queued_messages 0',
      'max_inflight_messages 0',
    ]);
    await broker.start();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const seen = await subscribe(url);
    plant = openPlant({ folder, startMs: BEGIN, specs: SPECS });
    const coming = announcements(createDice(SEED));
    const book: OracleBook = new Map();
    for (let month = -1; month < 24; month++) {
      const nowMs = jst(`${MONTHS[month + 1]}-01`) + HOUR;
      if (month >= 0) meterMonth(plant, month, false);
      if (month >= 3) meterMonth(plant, month - 3, true);
      plant.settle(nowMs, BEHIND);
      for (const { document } of coming.filter(({ afterMonth }) => afterMonth === month)) {
        const { monthly: _, ...text } = document;
        expect(plant.arrives(published(text), nowMs)).toBe(shelve(book, document));
      }
      if (month % 7 === 5) plant.restart();
      plant.settle(nowMs, BEHIND);
      await deliver(plant, url);
    }
    for (const month of [21, 22, 23]) meterMonth(plant, month, true);
    plant.settle(jst('2026-04-02'), BEHIND);
    await deliver(plant, url);
    const last = plant.store().outbox.lastSeq();
    await eventually(() => seen.highest() === last, 'the last message reaches the subscriber', 60_000);

    const wrong: string[] = [];
    const counts = { total: 0, unconfirmed: 0, revised: 0 };
    for (const [m, meter] of METERS.entries()) {
      for (const bucket of plant.hours(meter.meter, BEGIN, jst('2026-04-01'))) {
        const hour = (bucket.startMs - BEGIN) / HOUR;
        const truth = fromNothing(book, meter, energyOf(m, hour), bucket.startMs);
        const { mjPerKwh, document, documentRevision, class: name, confirmed } = bucket;
        const value = mjPerKwh && Number(mjPerKwh.num) / Number(mjPerKwh.den);
        const mj = decimal(bucket.energyMicroMj);
        const stored = [
          decimal(bucket.energyMicroKwh),
          mj,
          decimal(bucket.allocatedMicroMj),
          name,
          value,
          document,
          documentRevision,
          confirmed,
        ].join(' ');
        const start = `${new Date(bucket.startMs + 9 * HOUR).toISOString().slice(0, 19)}+09:00`;
        const told = seen.table.get(`${meter.meter} ${start}`);
        if (stored !== truth) wrong.push(`${meter.meter} ${start} stored ${stored}, should be ${truth}`);
        if (told?.figures !== truth)
          wrong.push(`${meter.meter} ${start} told ${told?.figures}, should be ${truth}`);
        if (told?.revision !== bucket.revision)
          wrong.push(`${meter.meter} ${start} revision ${told?.revision}`);
        counts.total += 1;
        if (meter.role === 'grid-import' && !confirmed) counts.unconfirmed += 1;
        if (bucket.revision > 1) counts.revised += 1;
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(counts.total).toBe(12 * 17_520);
    expect(seen.table.size).toBe(12 * 17_520);
    // Three months were never announced, and the story is worth nothing if little was corrected.
    expect(counts.unconfirmed).toBe(
      3 * 24 * [4, 12, 20].reduce((sum, m) => sum + (hourAt(m + 1) - hourAt(m)) / 24, 0),
    );
    expect(counts.revised).toBeGreaterThan(20_000);
  },
  LIMIT_MS,
);
