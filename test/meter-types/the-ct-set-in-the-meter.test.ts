/**
 * A meter that shows its own CT and VT setting is asked for it when it comes on the line, and once a day. A setting
 * that is not what the site file says is a fault of every poll, one that changed an event, told once.
 */
import { afterEach, expect, it } from 'vitest';
import type { SiteConfig } from '../../config/types.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { faultText } from '../../gateway/domain/faults.ts';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createSettingsWatcher } from '../../gateway/stages/watch-settings.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { rtuAnswer } from '../drivers/support/frames.ts';
import { CLOCK, quickTiming, RTU_LINE, tcpLine } from '../drivers/support/lines.ts';
import { createScriptedWire } from '../drivers/support/wires.ts';
import { deviceOf, meterOf, reasons, siteCheck, sound } from './support.ts';

const CT = 0x0006;
const VT = 0x0007;
const DAY_MS = 86_400_000;

const siteWith = (more: string) =>
  siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    `press: { line: lan, unit: 1, type: chint-dtsu666, role: sub, rated: 900 kW${more} }`,
  );

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function meterOn(site: SiteConfig, ct: number) {
  const words = new Map<number, number>(
    Array.from({ length: 0x50 }, (_, index) => [0x2000 + index, 0] as const),
  );
  for (let address = 0x1000; address < 0x1040; address++) words.set(address, 0);
  words.set(CT, ct).set(VT, 10);
  let asked = 0;
  const device = deviceOf(1, words, (address) => {
    if (address === CT) asked++;
  });
  const meters = await startTcpMeters({ devices: [device], now: () => 0 });
  closers.push(() => meters.close());
  let nowMs = 0;
  const line = openLine(tcpLine(meters.port), [meterOf(site, 'press')], { clock: CLOCK, nowMs: () => nowMs });
  closers.push(() => line.close());
  return {
    words,
    meters,
    asked: () => asked,
    pass: (ms: number) => void (nowMs += ms),
    poll: async (): Promise<MeterPoll> => {
      const result = await line.meters[0]?.poll();
      if (!result) throw new Error('no meter');
      return result;
    },
  };
}

it('is read when the meter comes on the line, and once a day, and agrees with the site file', async () => {
  const { poll, pass, asked, meters } = await meterOn(sound(siteWith(', ct: 200/5')), 40);
  const first = await poll();
  expect(first.fault).toBeNull();
  expect(first.settings?.map(({ setting, value }) => [setting, value])).toEqual([
    ['ct-ratio', { num: 40n, den: 1n }],
    ['vt-ratio', { num: 1n, den: 1n }],
  ]);
  expect((await poll()).settings).toBeUndefined();
  expect(asked()).toBe(1);
  pass(DAY_MS);
  expect((await poll()).settings).toHaveLength(2);
  expect(asked()).toBe(2);
  meters.dropConnections();
  for (let tries = 0; asked() === 2 && tries < 50; tries++) await poll();
  expect(asked()).toBe(3);
});

it('that is not what the site file says is a fault of every poll, until it is read again', async () => {
  const { words, poll, pass } = await meterOn(sound(siteWith(', ct: 200/5')), 60);
  for (let polls = 0; polls < 3; polls++) {
    const { fault, registers } = await poll();
    expect(registers).toHaveLength(1);
    expect(fault).toMatchObject({
      code: 'setting-differs',
      about: { meter: 'press', setting: 'ct', shown: '60', expected: '40' },
    });
    expect(fault && faultText(fault)).toContain('ct ratio of 60, the site file says 40');
  }
  words.set(CT, 40);
  pass(DAY_MS);
  expect((await poll()).fault).toBeNull();
});

it('that the meter will not tell costs a few polls a question, and not every poll a time-out', async () => {
  const press = meterOf(sound(siteWith(', ct: 200/5')), 'press');
  let asked = 0;
  const wire = createScriptedWire((request, say) => {
    if (request.readUInt16BE(2) === CT) asked++;
    else say(rtuAnswer(request, 0));
  });
  const line = openLine(RTU_LINE, [press], { clock: CLOCK, wire, timing: quickTiming(40) });
  closers.push(() => line.close());
  const polls: (MeterPoll | undefined)[] = [];
  for (let n = 0; n < 6; n++) polls.push(await line.meters[0]?.poll());
  expect(polls.map((poll) => poll?.registers.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(polls.map((poll) => poll?.fault?.code ?? null)).toEqual([
    'no-answer',
    'no-answer',
    'no-answer',
    null,
    null,
    null,
  ]);
  expect(asked).toBeGreaterThanOrEqual(3);
});

it('counts as 1 in the site file where nothing is written and the register shows the secondary side', async () => {
  const { poll } = await meterOn(sound(siteWith('')), 40);
  expect((await poll()).fault).toMatchObject({ code: 'setting-differs', about: { expected: '1' } });
});

it('may be named in the site file where the register shows the primary side, and multiplies nothing', () => {
  const kw1m = siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    'oven: { line: lan, unit: 1, type: panasonic-kw1m-h, role: sub, rated: 90 kW, ct: 200/5 }',
  );
  const { ownRatios } = meterOf(sound(kw1m), 'oven');
  expect(ownRatios).toEqual({ ct: { num: 40n, den: 1n }, vt: null });
  const iem = siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    'main: { line: lan, unit: 1, type: schneider-iem3155, role: sub, rated: 90 kW, ct: 200/5 }',
  );
  expect(reasons(iem.problems)[0]).toContain('already reports primary values');
});

it('that changed since it was last read is an event, once, also when the gateway was off meanwhile', async () => {
  const store = openStoreInMemory();
  const grid = hourGrid('Asia/Tokyo');
  const sender = { site: 'factory', gateway: 'gw1', generation: 1 };
  const watcher = () =>
    createSettingsWatcher({ store, events: createEventSink({ store, grid, sender, topic: 'event' }) });
  const { words, poll, pass } = await meterOn(sound(siteWith(', ct: 200/5')), 40);
  const told = (): string[] =>
    store.outbox
      .waiting(0, 100)
      .map(({ payload }) => JSON.parse(payload) as { kind: string; text: string })
      .map(({ kind, text }) => `${kind}: ${text}`);
  watcher().note(await poll());
  expect(told()).toEqual([]);
  words.set(CT, 80);
  pass(DAY_MS);
  const after = await poll();
  watcher().note(after);
  watcher().note(after);
  expect(told()).toEqual([
    'meter-setting: The CT ratio set in press is 80; it was 40 when it was last read. Its energy since then deserves a look.',
  ]);
});
