/** What a register map may say, through a site file as an installer writes it, and what is refused with a reason. */
import { describe, expect, it } from 'vitest';
import type { CumulativeMap } from '../../config/types.ts';
import { meterOf, reasons, siteCheck, sound } from './support.ts';

const siteWith = (energy: string, more = '') =>
  siteCheck(
    'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
    `plc: { line: lan, unit: 1, type: generic, role: sub, rated: 90 kW, map: { ${more}channels: { energy-import: { ${energy}, unit: kWh, ratio: primary } } } }`,
  );
function energyOf(energy: string, more = ''): CumulativeMap {
  const map = meterOf(sound(siteWith(energy, more)), 'plc').type.channels['energy-import'];
  if (!map) throw new Error('no energy');
  return map;
}

describe('a map of the site file', () => {
  it('has swapped bytes for all quantities or for one', () => {
    expect(energyOf('address: 5, type: u32').byteOrder).toBeUndefined();
    expect(energyOf('address: 5, type: u32', 'byteOrder: lsb, ')).toMatchObject({ byteOrder: 'lsb' });
    expect(energyOf('address: 5, type: u32, byteOrder: lsb, wordOrder: lsw')).toMatchObject({
      byteOrder: 'lsb',
      wordOrder: 'lsw',
    });
    expect(energyOf('address: 5, type: u32, byteOrder: msb', 'byteOrder: lsb, ').byteOrder).toBeUndefined();
  });

  it('takes decimals, text and values of many words', () => {
    expect(energyOf('address: 5, type: bcd48').type).toBe('bcd48');
    expect(energyOf('address: 5, type: dec4x3').type).toBe('dec4x3');
    expect(energyOf('address: 5, type: ascii10, decimals: 2, scale: 0.01')).toMatchObject({ decimals: 2 });
    expect(energyOf('address: 5, type: u32, plus: [7, 9]').plus).toEqual([
      { address: 7, times: 1n },
      { address: 9, times: 1n },
    ]);
    expect(energyOf('address: 5, type: u32, plus: [{ address: 7, times: 1000000 }]').plus).toEqual([
      { address: 7, times: 1_000_000n },
    ]);
  });

  it('has a multiplier that stands in its table and order unless it says otherwise', () => {
    const map = energyOf(
      'address: 5, type: u32, wordOrder: lsw, table: input, multiplier: { address: 0x20, type: s32, as: exponent }',
    );
    expect(map.multiplier).toEqual({
      table: 'input',
      address: 32,
      type: 's32',
      wordOrder: 'lsw',
      as: 'exponent',
    });
  });

  it('has a pause that the meter of the site file may change', () => {
    const site = sound(siteWith('address: 5, type: u32', 'pauseMs: 250, '));
    expect(meterOf(site, 'plc').type.limits.pauseMs).toBe(250);
    const sdm = siteCheck(
      'lan: { kind: modbus-tcp, host: 127.0.0.1 }',
      'press: { line: lan, unit: 1, type: eastron-sdm630, role: sub, rated: 90 kW, pause: 150 ms }',
    );
    expect(meterOf(sound(sdm), 'press').type.limits.pauseMs).toBe(150);
  });

  it.each([
    ['address: 5, type: u32, decimals: 2', '`decimals` belongs to ascii types, not to u32'],
    ['address: 5, type: f32, step: 0.1, plus: [7]', 'a sum of f32 registers would not be exact'],
    [
      'address: 5, type: u32, wrapsAt: 1000, plus: [7]',
      'a sum starts again wherever one of its registers does',
    ],
    ['address: 5, type: u32, plus: [65535]', 'would end beyond register 65535'],
    ['address: 65534, type: ascii8', 'a ascii8 at 65534 would end beyond register 65535'],
    [
      'address: 5, type: u32, multiplier: { address: 9, type: f32, as: exponent }',
      '`f32` is not a value of `type`',
    ],
    ['address: 5, type: u32, multiplier: { address: 65535, type: u32, as: factor }', 'would end beyond'],
    ['address: 5, type: u24', '`u24` is not a value of `type`'],
  ])('is refused: %s', (energy, reason) => {
    const found = reasons(siteWith(energy).problems);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(reason);
  });
});
