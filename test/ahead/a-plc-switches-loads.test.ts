/**
 * A PLC and a home automation switch a heat store by `signal/{class}` alone, over a real mosquitto: right at the edges
 * of hours, after a restart, when an announcement changes, and never on a guess.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SignalMessage } from '../../gateway/domain/ahead/messages.ts';
import { jsonSchema } from '../../gateway/uplink/generate.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { type ControlRoom, type Listener, openControlRoom } from './control-room.ts';

const DAY = '2026-11-25';
const NEXT = '2026-11-26';
const NOVEMBER = ['2026-11-01', '2026-11-30'] as const;

let room: ControlRoom;
let plc: Listener;

beforeEach(async () => {
  room = await openControlRoom();
  plc = await room.listen();
});
afterEach(() => room.end());

const signal = (name: string, from: Listener = plc): SignalMessage =>
  JSON.parse(from.newest.get(`signal/${name}`) ?? 'null') as SignalMessage;
const isWord =
  (word: string) =>
  (text: string): boolean =>
    text === word;
const switches = (name: string, word: string, listener: Listener = plc): Promise<void> =>
  room.hears(listener, `signal/${name}/state`, isWord(word));

test('on at 08:00:00, off at 16:00:00, with until when and from when next', async () => {
  room.setClock(`${DAY}T07:58`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY, NEXT] });
  await room.turnAt(`${DAY}T07:59:59`);
  await switches('curtailment', 'off');
  await switches('normal', 'on');
  await room.hears(plc, 'signal/curtailment', (text) => text.includes('"confirmed":true'));
  expect(signal('curtailment')).toMatchObject({
    state: 'off',
    mjPerKwh: 9.4,
    until: `${DAY}T08:00:00+09:00`,
    nextFrom: `${DAY}T08:00:00+09:00`,
    nextTo: `${DAY}T16:00:00+09:00`,
  });

  await room.turnAt(`${DAY}T08:00:00`);
  await switches('curtailment', 'on');
  await switches('normal', 'off');
  await room.hears(plc, 'signal/curtailment', (text) => text.includes('"state":"on"'));
  expect(signal('curtailment')).toMatchObject({
    state: 'on',
    mjPerKwh: 3.6,
    until: `${DAY}T16:00:00+09:00`,
    nextFrom: `${NEXT}T08:00:00+09:00`,
    nextTo: `${NEXT}T16:00:00+09:00`,
    confirmedUntil: '2026-11-28T00:00:00+09:00',
  });

  await room.turnAt(`${DAY}T15:59:59`);
  expect(plc.newest.get('signal/curtailment/state')).toBe('on');
  await room.turnAt(`${DAY}T16:00:00`);
  await switches('curtailment', 'off');
  const words = plc.packets
    .filter(({ topic }) => topic === 'signal/curtailment/state')
    .map(({ text }) => text);
  expect(words.filter((word, index) => word !== words[index - 1])).toEqual(['off', 'on', 'off']);
});

test('every signal keeps to its schema, is retained, QoS 1, and expires when nobody says it again', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await switches('curtailment', 'on');
  const late = await room.listen();
  for (const name of ['curtailment', 'tight', 'normal']) {
    await room.hears(late, `signal/${name}`, (text) => text !== '');
    await room.hears(late, `signal/${name}/state`, (text) => text !== '');
  }
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  addFormats.default(ajv);
  const isSignal = ajv.compile(jsonSchema('signal'));
  const signals = late.packets.filter(({ topic }) => topic.startsWith('signal/'));
  expect(signals).toHaveLength(6);
  for (const { topic, text, packet } of signals) {
    expect({ topic, retain: packet.retain, qos: packet.qos }).toEqual({ topic, retain: true, qos: 1 });
    expect(packet.properties?.messageExpiryInterval).toBeGreaterThan(0);
    expect(packet.properties?.messageExpiryInterval).toBeLessThanOrEqual(180);
    if (!topic.endsWith('/state'))
      expect(isSignal(JSON.parse(text)), JSON.stringify(isSignal.errors)).toBe(true);
  }
});

test('said again each minute, so that a watchdog of three minutes is enough', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await switches('curtailment', 'off');
  const count = (): number => plc.packets.filter(({ topic }) => topic === 'signal/curtailment/state').length;
  const before = count();
  await room.turnAt(`${DAY}T10:00:59`);
  await room.turnAt(`${DAY}T10:01:00`);
  await room.turnAt(`${DAY}T10:01:59`);
  await room.turnAt(`${DAY}T10:02:00`);
  await room.hears(plc, 'signal/curtailment/state', () => count() >= before + 2);
  expect(count()).toBe(before + 2);
});

test('a stop says that nobody knows; a start in the middle of the window says on again', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await switches('curtailment', 'on');
  await room.stop();
  const between = await room.listen();
  await switches('curtailment', 'unknown', between);
  await switches('normal', 'unknown', between);
  expect(signal('curtailment', between)).toMatchObject({ state: 'unknown', until: null, nextFrom: null });
  room.setClock(`${DAY}T12:30`);
  await room.start();
  await switches('curtailment', 'on');
});

test('a window that passed while the gateway was away is never said', async () => {
  room.setClock(`${DAY}T07:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await room.stop();
  room.setClock(`${DAY}T17:00`);
  await room.start();
  await room.hears(
    plc,
    'signal/curtailment',
    (text) => text.includes('"state":"off"') && text.includes('T17:00'),
  );
  expect(plc.packets.some(({ topic, text }) => topic === 'signal/curtailment/state' && text === 'on')).toBe(
    false,
  );
});

test('while the clock is not set every signal is unknown, and none was ever on', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await switches('curtailment', 'on');
  room.setClock(`${DAY}T10:05`, 'untrusted');
  await room.turnAt(`${DAY}T10:05`);
  await switches('curtailment', 'unknown');
  await switches('tight', 'unknown');
  await switches('normal', 'unknown');
  await room.hears(plc, 'coefficients', (text) => text.includes('"today":null'));
  expect(signal('curtailment')).toMatchObject({
    state: 'unknown',
    confirmed: false,
    mjPerKwh: null,
    producedAt: null,
  });
  room.setClock(`${DAY}T10:06`, 'ntp');
  await room.turnAt(`${DAY}T10:06`);
  await switches('curtailment', 'on');
});

test('a gateway that wakes without the time says nothing but unknown', async () => {
  room.setClock('2026-01-01T09:00', 'untrusted');
  await room.start();
  await switches('curtailment', 'unknown');
  expect(plc.packets.some(({ text }) => text === 'on')).toBe(false);
});

test('hours that nobody spoke for switch nothing special, and say that they are not confirmed', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await switches('normal', 'on');
  await switches('curtailment', 'off');
  await switches('tight', 'off');
  expect(signal('normal')).toMatchObject({ state: 'on', confirmed: false, confirmedUntil: null });
});

test('an announcement that is taken back switches off within the turn', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, tight: [DAY] });
  await switches('tight', 'on');
  await room.announce({ revision: 2, complete: NOVEMBER });
  await switches('tight', 'off');
  await switches('normal', 'on');
});

test('a broker that lost everything is told again', async () => {
  room.setClock(`${DAY}T10:00`);
  const gateway = await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await switches('curtailment', 'on');
  await room.broker.kill();
  await room.broker.start();
  const again = await room.listen();
  await eventually(async () => {
    await gateway.playRound();
    return again.newest.has('signal/curtailment/state');
  }, 'the signal on the new broker');
  await switches('curtailment', 'on', again);
  await room.hears(again, 'coefficients', (text) => text.includes(`"date":"${NEXT}"`));
});
