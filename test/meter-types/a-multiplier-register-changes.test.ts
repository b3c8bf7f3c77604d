/**
 * 乗率: a register says by what power of ten the energy register counts. Nothing is taken before the site file says the
 * same, and nothing while it says something else: a change of it is a change of ratio, which a person must know of.
 */
import { afterEach, expect, it } from 'vitest';
import { channelSpec } from '../../config/channel-specs.ts';
import type { SiteConfig } from '../../config/types.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { faultText } from '../../gateway/domain/faults.ts';
import { formatFraction } from '../../gateway/domain/rational.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, tcpLine } from '../drivers/support/lines.ts';
import { deviceOf, meterOf, reasons, siteCheck, sound } from './support.ts';

const ENERGY = 0x100;
const MULTIPLIER = 0x200;
const POWER = 0x110;

const MAP = `map: { channels: { energy-import: { address: ${ENERGY}, type: u32, scale: 0.1, unit: kWh, ratio: primary, multiplier: { address: ${MULTIPLIER}, type: s16, as: exponent } } }, gauges: { power: { address: ${POWER}, type: u16, unit: W, multiplier: { address: ${MULTIPLIER}, type: s16, as: exponent } } } }`;
const siteWith = (more: string) =>
  siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    `press: { line: lan, unit: 1, type: generic, role: sub, rated: 900 kW, ${more}${MAP} }`,
  );

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function meterOn(site: SiteConfig, onRead?: (address: number) => void) {
  const words = new Map([
    [ENERGY, 0],
    [ENERGY + 1, 4_321],
    [POWER, 77],
    [MULTIPLIER, 0xffff],
  ]);
  const meters = await startTcpMeters({ devices: [deviceOf(1, words, onRead)], now: () => 0 });
  closers.push(() => meters.close());
  const line = openLine(tcpLine(meters.port), [meterOf(site, 'press')], { clock: CLOCK });
  closers.push(() => line.close());
  const poll = async () => {
    const result = await line.meters[0]?.poll();
    if (!result) throw new Error('no meter');
    return result;
  };
  return { words, poll };
}

it('is warned of where the site file does not say it, and the fault says what to write', async () => {
  const check = siteWith('');
  expect(reasons(check.warnings)).toEqual([
    '5:3 `press` has a multiplier register (乗率), and this file does not say what it shows: nothing is taken from it',
  ]);
  const { poll } = await meterOn(sound(check));
  const { registers, gauges, fault } = await poll();
  expect(registers).toEqual([]);
  expect(gauges.map(({ gauge, value }) => [gauge, value])).toEqual([['power', 7.7]]);
  expect(fault?.code).toBe('multiplier-unknown');
  expect(fault && faultText(fault)).toContain('`registerMultiplier: 0.1`');
  expect(fault && faultText(fault, 'ja')).toContain('`registerMultiplier: 0.1`');
});

it('counts by what the site file says, and stops when the meter says something else', async () => {
  const site = sound(siteWith('registerMultiplier: 0.1, '));
  const { words, poll } = await meterOn(site);
  const spec = channelSpec(meterOf(site, 'press'), 'energy-import');
  expect(formatFraction(spec.scale.unitsPerCount)).toBe('1/100');
  expect((await poll()).registers.map(({ raw }) => raw.count)).toEqual([4_321n]);

  words.set(MULTIPLIER, 1);
  words.set(ENERGY + 1, 4_322);
  const changed = await poll();
  expect(changed.registers).toEqual([]);
  expect(changed.fault).toMatchObject({
    code: 'multiplier-differs',
    retryable: false,
    about: { meter: 'press', quantity: 'energy-import', shown: '10', expected: '0.1' },
  });
  // A display may follow at once.
  expect(changed.gauges.map(({ value }) => value)).toEqual([770]);

  words.set(MULTIPLIER, 0xffff);
  expect((await poll()).registers.map(({ raw }) => raw.count)).toEqual([4_322n]);
  const after = sound(siteWith('registerMultiplier: 10, '));
  expect(formatFraction(channelSpec(meterOf(after, 'press'), 'energy-import').scale.unitsPerCount)).toBe('1');
});

it('that is changed in the middle of a poll never gives a value of the one scale for the other', async () => {
  const site = sound(siteWith('registerMultiplier: 0.1, '));
  const order: number[] = [];
  const { words, poll } = await meterOn(site, (address) => {
    order.push(address);
    // The meter is set to another ratio just after its register was read.
    if (address === ENERGY + 1) {
      words.set(MULTIPLIER, 2);
      words.set(ENERGY + 1, 4);
    }
  });
  const torn = await poll();
  expect(torn.registers).toEqual([]);
  expect(torn.fault?.code).toBe('multiplier-differs');
  expect(order.indexOf(ENERGY)).toBeLessThan(order.indexOf(MULTIPLIER));
});

it('that says no power of ten is a fault, not a value', async () => {
  const { words, poll } = await meterOn(sound(siteWith('registerMultiplier: 0.1, ')));
  words.set(MULTIPLIER, 0x8000);
  const { registers, fault } = await poll();
  expect(registers).toEqual([]);
  expect(fault).toMatchObject({
    code: 'invalid-value',
    about: { quantity: 'energy-import multiplier', raw: '8000' },
  });
});

it('must be written for a type that has steps by its setting and no register for it', () => {
  const me96 = (more: string) =>
    siteCheck(
      'rs485: { kind: modbus-rtu, port: /dev/ttyUSB0 }',
      `furnace: { line: rs485, unit: 1, type: mitsubishi-me96ss, role: sub, rated: 90 kW${more} }`,
    );
  expect(reasons(me96('').problems)[0]).toContain('counts in steps that depend on its setting');
  const furnace = meterOf(sound(me96(', registerMultiplier: 0.1')), 'furnace');
  expect(formatFraction(channelSpec(furnace, 'energy-import').scale.unitsPerCount)).toBe('1/10');
  expect(reasons(me96(', registerMultiplier: 0.5').problems)[0]).toContain('not written as expected');
  const iem = siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    'main: { line: lan, unit: 1, type: schneider-iem3155, role: sub, rated: 90 kW, registerMultiplier: 10 }',
  );
  expect(reasons(iem.problems)).toEqual([
    '5:101 `schneider-iem3155` has no multiplier register: `registerMultiplier` would have no effect',
  ]);
});
