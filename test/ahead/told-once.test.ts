/** The cloud hears of a change of today's or tomorrow's classes once, whatever restarts or comes again in between. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CoefficientsMessage } from '../../gateway/domain/ahead/messages.ts';
import type { EventMessage } from '../../gateway/domain/messages.ts';
import { coefficientsMessage } from '../../gateway/uplink/ahead-schemas.ts';
import { eventMessage } from '../../gateway/uplink/schemas.ts';
import { type ControlRoom, type Listener, openControlRoom } from './control-room.ts';

const DAY = '2026-11-25';
const NEXT = '2026-11-26';
const NOVEMBER = ['2026-11-01', '2026-11-30'] as const;

let room: ControlRoom;
let cloud: Listener;

beforeEach(async () => {
  room = await openControlRoom();
  cloud = await room.listen();
});
afterEach(() => room.end());

const changes = (): EventMessage[] =>
  cloud.packets
    .filter(({ topic, text }) => topic === 'event' && text.includes('"classes-changed"'))
    .map(({ text }) => eventMessage.parse(JSON.parse(text)));
const said = (): CoefficientsMessage[] =>
  cloud.packets
    .filter(({ topic }) => topic === 'coefficients')
    .map(({ text }) => coefficientsMessage.parse(JSON.parse(text)));
/** A last message of the outbox has arrived, so all before it has. */
async function settled(count: number): Promise<void> {
  await room.hears(cloud, 'event', () => changes().length >= count);
}

test('an announcement for tomorrow, its correction, and nothing in between', async () => {
  room.setClock(`${DAY}T14:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [NEXT] });
  await settled(1);
  expect(changes()).toMatchObject([
    {
      kind: 'classes-changed',
      text: `Tomorrow (${NEXT}) is announced as: 08:00–16:00 curtailment.`,
      detail: { day: 'tomorrow', date: NEXT, before: 'nothing special', after: '08:00–16:00 curtailment' },
    },
  ]);
  // The same again, a restart, another revision that changes neither day, and a new day: no news.
  await room.stop();
  room.setClock(`${DAY}T15:00`);
  await room.start();
  await room.announce({ revision: 2, complete: NOVEMBER, curtailed: [NEXT, '2026-11-30'] });
  await room.turnAt(`${NEXT}T00:00:01`);
  await room.announce({ revision: 3, complete: NOVEMBER, curtailed: ['2026-11-30'], tight: [NEXT] });
  await settled(2);
  expect(changes().map(({ text }) => text)).toEqual([
    `Tomorrow (${NEXT}) is announced as: 08:00–16:00 curtailment.`,
    `Today (${NEXT}) is announced as: 00:00–24:00 tight. It was announced as: 08:00–16:00 curtailment.`,
  ]);
});

test('a day announced long before is told when it comes into view, and what is taken back is told too', async () => {
  room.setClock('2026-11-23T12:00');
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, tight: [DAY] });
  await room.turnAt('2026-11-23T23:59:59');
  expect(changes()).toEqual([]);
  await room.turnAt('2026-11-24T00:00:00');
  await settled(1);
  await room.announce({ revision: 2, complete: NOVEMBER });
  await settled(2);
  expect(changes().map(({ text }) => text)).toEqual([
    `Tomorrow (${DAY}) is announced as: 00:00–24:00 tight.`,
    `Tomorrow (${DAY}) nothing special is announced any more. It was announced as: 00:00–24:00 tight.`,
  ]);
});

test('a clock set ahead by a month and back tells nothing twice', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [DAY] });
  await settled(1);
  await room.turnAt('2026-12-25T10:00');
  await room.turnAt(`${DAY}T10:10`);
  await room.announce({ revision: 2, complete: NOVEMBER, curtailed: [DAY, NEXT] });
  await settled(2);
  expect(changes().map(({ detail }) => detail['date'])).toEqual([DAY, NEXT]);
});

test('the retained topic: each hour of both days, again when it changes, and at midnight', async () => {
  room.setClock(`${DAY}T10:00`);
  await room.start();
  await room.hears(cloud, 'coefficients', (text) => text.includes('"confirmed":false'));
  await room.announce({ revision: 1, complete: NOVEMBER, curtailed: [NEXT] });
  await room.hears(cloud, 'coefficients', (text) => text.includes('"curtailment"'));
  await room.turnAt(`${DAY}T11:00`);
  await room.turnAt(`${DAY}T23:59:59`);
  await room.turnAt(`${NEXT}T00:00:00`);
  await room.hears(cloud, 'coefficients', (text) => text.includes('"date":"2026-11-27"'));
  const messages = said();
  // Nothing known; the document; midnight. An hour that passes changes nothing.
  expect(messages.map(({ today, tomorrow }) => [today?.date, today?.confirmed, tomorrow?.date])).toEqual([
    [DAY, false, NEXT],
    [DAY, true, NEXT],
    [NEXT, true, '2026-11-27'],
  ]);
  const curtailed = messages[1]?.tomorrow?.hours.filter((hour) => hour.class === 'curtailment') ?? [];
  expect(curtailed).toHaveLength(8);
  expect(curtailed[0]).toEqual({
    start: `${NEXT}T08:00:00+09:00`,
    end: `${NEXT}T09:00:00+09:00`,
    mjPerKwh: 3.6,
    class: 'curtailment',
    ruleSet: 'fy2023',
    document: 'kyushu-2026-11',
    revision: 1,
    confirmed: true,
  });
  const late = await room.listen();
  await room.hears(late, 'coefficients', (text) => text.includes(`"date":"${NEXT}"`));
  expect(late.packets.find(({ topic }) => topic === 'coefficients')?.packet).toMatchObject({
    retain: true,
    qos: 1,
  });
});
