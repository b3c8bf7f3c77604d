/**
 * What the README promises of `npm start`: a factory alive within half a minute, a day behind it that is whole, messages that
 * any consumer can read, and nothing left behind when it ends.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StatusView } from '../../gateway/dashboard/views.ts';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { openStore } from '../../gateway/store/store.ts';
import { hakaru, type Running, start } from '../support/cli.ts';
import { microOf, numbersAsText } from '../support/exact.ts';
import { type FastClock, fastClock } from '../support/fast-clock.ts';
import { holes, keyOf, type Subscriber, subscribe } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';

const SUBS = [
  'press',
  'compressor',
  'furnace',
  'molding',
  'chiller',
  'lathe',
  'milling',
  'welding',
  'paint',
  'dryer',
  'pump',
  'hvac',
  'lighting',
  'office',
];
const METERS = ['main', 'service', ...SUBS, 'gas', 'heat-gas', 'steam'];
/** A register that is refreshed each second is as old as that: the difference to another is no more, kWh millionths. */
const REFRESHED_MICRO = 300_000n;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JST_MS = 9 * HOUR_MS;
/** An hour is published this long after its end. */
const PUBLISHED_MS = 90_000;
const ALIVE_WITHIN_MS = 30_000;

let folder: string;
let running: Running | null = null;
let cloud: Subscriber | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-as-written-'));
  mkdirSync(temp());
});

afterEach(async () => {
  await cloud?.close();
  cloud = null;
  running?.child.kill('SIGKILL');
  await running?.finished;
  running = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Where the demo puts its temporary folders. */
const temp = () => join(folder, 'tmp');

function startDemo(env: NodeJS.ProcessEnv = {}): Running {
  running = start(['demo', '--port', '0'], { TMPDIR: temp(), ...env });
  return running;
}

/** What stands behind a word in the greeting. */
async function greeted(demo: Running, pattern: RegExp): Promise<string> {
  await eventually(
    () => pattern.test(demo.printed()),
    () => `${pattern} in: ${demo.printed()}`,
  );
  return pattern.exec(demo.printed())?.[1] ?? '';
}

/** The hours that began since yesterday's midnight in Japan and are over and published. */
function wholeHours(nowMs: number): string[] {
  const fromMs = Math.floor((nowMs + JST_MS) / DAY_MS) * DAY_MS - DAY_MS;
  const count = Math.floor((nowMs + JST_MS - PUBLISHED_MS - fromMs) / HOUR_MS);
  return Array.from({ length: count }, (_, i) =>
    new Date(fromMs + i * HOUR_MS).toISOString().replace('.000Z', '+09:00'),
  );
}

interface ExactHour {
  readonly kwh: string | null;
  readonly register: { readonly start: string | null; readonly end: string | null };
}

interface HeardHour {
  readonly message: HourMessage;
  readonly kwhMicro: bigint;
  readonly startMicro: bigint;
  readonly endMicro: bigint;
}

function heardHours({ table, texts }: Subscriber, meter: string, hours?: readonly string[]): HeardHour[] {
  return [...table.values()]
    .filter((message) => message.meter === meter && (hours?.includes(message.start) ?? true))
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
    .map((message) => {
      const { kwh, register } = numbersAsText(texts.get(keyOf(message)) ?? '') as ExactHour;
      expect(message.kwh, texts.get(keyOf(message))).not.toBeNull();
      return {
        message,
        kwhMicro: microOf(kwh ?? ''),
        startMicro: microOf(register.start ?? ''),
        endMicro: microOf(register.end ?? ''),
      };
    });
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/** Starts the demo with a listener from the first message on and waits until all meters answer in the present. */
async function aliveDemo(now: () => number, env: NodeJS.ProcessEnv = {}) {
  const startedMs = performance.now();
  const demo = startDemo(env);
  const broker = await greeted(demo, /MQTT\s+(mqtt:\S+)/);
  const heard = await subscribe(broker);
  cloud = heard;
  const url = await greeted(demo, /Dashboard\s+(http:\S+)/);
  const dataDir = await greeted(demo, /Data\s+(\/\S+)/);
  // Told by the messages alone: whoever asks the page again and again takes the time that the past is played in.
  const isAlive = (meter: string): boolean => {
    const live = heard.live.get(meter);
    return live?.health === 'ok' && Math.abs(Date.parse(live.readAt) - now()) < 6_000;
  };
  await eventually(
    () => METERS.every(isAlive),
    () => `all meters answer in the present: ${JSON.stringify([...heard.live.values()])} ${demo.printed()}`,
    ALIVE_WITHIN_MS - (performance.now() - startedMs),
  );
  const response = await fetch(new URL('/api/v1/status', url));
  return { demo, heard, dataDir, status: (await response.json()) as StatusView };
}

async function hearsEveryHour(heard: Subscriber, now: () => number): Promise<void> {
  const missing = () =>
    wholeHours(now()).flatMap((hour) =>
      METERS.filter(
        (meter) => ![...heard.table.values()].some((one) => one.meter === meter && one.start === hour),
      ).map((meter) => `${meter} ${hour}`),
    );
  await eventually(
    () => missing().length === 0,
    () => `hours of the played past: ${missing().join(', ')}`,
  );
}

/** 50,000 pulses a kWh behind 2,400 to 1, and the step of the main meter's register: millionths of a kWh. */
const SERVICE_PULSE_MICRO = 48_000n;
const MAIN_STEP_MICRO = 1_000n;
/** What flows at most in the seconds by which the two are not read at one instant, at 400 kW. */
const READ_APART_MICRO = 450_000n;

/** The contacts were there all through the played past, and say what the register says. */
function countedAsTheMainMeter(heard: Subscriber, hours: readonly string[]): void {
  const whole = (meter: string) => heardHours(heard, meter, hours);
  const main = whole('main');
  const service = whole('service');
  expect(service.map(({ message }) => [message.quality, message.coverage])).toEqual(
    hours.map(() => ['measured', 1]),
  );
  const apart = sum(main.map(({ kwhMicro }) => kwhMicro)) - sum(service.map(({ kwhMicro }) => kwhMicro));
  const most = SERVICE_PULSE_MICRO + MAIN_STEP_MICRO + READ_APART_MICRO;
  expect(apart < 0n ? -apart : apart).toBeLessThanOrEqual(most);
  for (const meter of ['heat-gas', 'steam']) {
    expect(whole(meter).map(({ message }) => [message.quality, message.coverage])).toEqual(
      hours.map(() => ['measured', 1]),
    );
    for (const { message } of whole(meter)) expect(message.kwh).toBeGreaterThan(0);
  }
}

const gaps = ({ events }: Subscriber) => events.filter(({ kind }) => kind === 'gap');

test('alive within half a minute with a whole day behind it, told in messages that keep their schemas', async () => {
  const { heard, dataDir, status } = await aliveDemo(Date.now);
  expect(Object.fromEntries(status.meters.map(({ id, health }) => [id, health]))).toEqual(
    Object.fromEntries(METERS.map((id) => [id, 'ok'])),
  );
  await hearsEveryHour(heard, Date.now);

  const hours = wholeHours(Date.now());
  const main = heardHours(heard, 'main', hours);
  expect(main.map(({ message }) => message.start)).toEqual(hours);
  expect(main.slice(0, 24).map(({ message }) => [message.quality, message.coverage])).toEqual(
    Array.from({ length: 24 }, () => ['measured', 1]),
  );
  expect(sum(main.map(({ kwhMicro }) => kwhMicro))).toBe(
    (main.at(-1)?.endMicro ?? 0n) - (main[0]?.startMicro ?? 0n),
  );
  expect(sum(main.map(({ kwhMicro }) => kwhMicro))).toBeGreaterThan(0n);
  const subs = SUBS.map((meter) => heardHours(heard, meter, hours));
  for (const [i, { message, kwhMicro }] of main.entries()) {
    const within = sum(subs.map((sub) => sub[i]?.kwhMicro ?? 0n));
    expect(within, message.start).toBeLessThanOrEqual(kwhMicro + REFRESHED_MICRO);
    expect(subs.every((sub) => sub[i]?.message.start === message.start)).toBe(true);
  }
  countedAsTheMainMeter(heard, hours);

  expect(gaps(heard)).toEqual([]);
  expect(heard.metas.at(-1)?.meters.map(({ id }) => id)).toEqual(status.meters.map(({ id }) => id));
  expect(heard.statuses.at(-1)?.state).toBe('online');
  expect(heard.events.length).toBeGreaterThan(0);
  const firstSeq = Math.min(...heard.seqs.keys());
  expect(holes(heard.seqs).filter((seq) => seq > firstSeq)).toEqual([]);

  // The present has brought a new document: what it changes goes out again, and then both tell the same.
  const printed = async (): Promise<HourMessage[]> => {
    const { stdout } = await hakaru('hours', '--data', dataDir, '--meter', 'main', '--format', 'json');
    return JSON.parse(stdout) as HourMessage[];
  };
  // A bucket is weighed in one transaction and sent with its new revision in a later one.
  const isHeard = (hour: HourMessage): boolean => {
    const message = heard.table.get(keyOf(hour));
    return message?.revision === hour.revision && message.coefficient.revision === hour.coefficient.revision;
  };
  let stored = await printed();
  await eventually(async () => {
    stored = await printed();
    return stored.every(isHeard);
  }, 'the newest revision of every hour is heard');
  expect(stored.length).toBeGreaterThanOrEqual(24);
  for (const hour of stored) expect(heard.table.get(keyOf(hour))).toMatchObject(hour);

  const asked = (...more: string[]) => hakaru('hours', '--data', dataDir, '--meter', 'main', ...more);
  const [titles = [], ...rows] = (await asked('--format', 'csv')).stdout
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  expect(titles.join()).toBe(
    'start,meter,channel,quantity,unit,kwh,mjPerKwh,class,mj,quality,coverage,revision,mjAllocated,confirmed',
  );
  const told = new Map(stored.map((hour) => [hour.start, hour]));
  // An hour may have ended in between.
  const alike = rows.filter(([began = '']) => told.has(began));
  expect(alike.length).toBeGreaterThanOrEqual(23);
  for (const row of alike) {
    const hour = told.get(row[0] ?? '');
    expect([row[5], row[13]]).toEqual([String(hour?.kwh), String(hour?.coefficient.confirmed)]);
  }
  expect((await asked('--lang', 'ja')).stdout).toMatch(/^開始 +メーター +チャンネル .*\n2/);
  const reversed = await asked('--from', '2026-07-02', '--to', '2026-07-01');
  expect(reversed).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^times-reversed: .*--from/),
  });
});

/** The last reading of the past lies as far back as it can; the present begins while it is still being played. */
const BETWEEN_READINGS = '2026-11-05T10:09:55+09:00';

test('the past meets the present without a gap, whenever the demo is started', async () => {
  const clock: FastClock = fastClock(BETWEEN_READINGS);
  const { heard } = await aliveDemo(clock.now, clock.env);
  await hearsEveryHour(heard, clock.now);
  const hours = wholeHours(clock.now());
  const main = heardHours(heard, 'main', hours);
  expect(main.map(({ message }) => message.start)).toEqual(hours);
  expect(main.map(({ message }) => [message.quality, message.coverage])).toEqual(
    main.map(() => ['measured', 1]),
  );
  expect(gaps(heard)).toEqual([]);
});

test('Ctrl-C ends it with 130 and leaves no folder behind, from the present', async () => {
  const { demo } = await aliveDemo(Date.now);
  demo.child.kill('SIGINT');
  const { code, stderr } = await demo.finished;
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(130);
  expect(readdirSync(temp())).toEqual([]);
});

test('Ctrl-C ends it with 130 and leaves no folder behind, while the past is still being played', async () => {
  const demo = startDemo();
  await greeted(demo, /Dashboard\s+(http:\S+)/);
  const stoppingMs = performance.now();
  demo.child.kill('SIGINT');
  const { code, stderr, stdout } = await demo.finished;
  expect(performance.now() - stoppingMs).toBeLessThan(5_000);
  expect(stdout + stderr).not.toContain('Played');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(130);
  expect(readdirSync(temp())).toEqual([]);
});

test('a folder that already holds a database is refused: the played past would stand beside measured hours', async () => {
  const data = join(folder, 'data');
  const store = openStore(data);
  store.write(() => store.facts.put('kept', 'as it was'));
  store.close();
  const { code, stderr } = await hakaru('demo', '--port', '0', '--data', data);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[a-z]+(-[a-z]+)+: /);
  expect(stderr).toContain(data);
  const after = openStore(data);
  expect(after.facts.get('kept')).toBe('as it was');
  expect(after.facts.get('generation')).toBeNull();
  expect(after.channels.all()).toEqual([]);
  after.close();
});

test('a new folder is kept, so that its hours can be looked at afterwards', async () => {
  const data = join(folder, 'data');
  running = start(['demo', '--port', '0', '--data', data], { TMPDIR: temp() });
  await greeted(running, /Dashboard\s+(http:\S+)/);
  running.child.kill('SIGINT');
  expect((await running.finished).code).toBe(130);
  expect(readdirSync(data)).toContain('hakaru.db');
  expect(readdirSync(temp())).toEqual([]);
});
