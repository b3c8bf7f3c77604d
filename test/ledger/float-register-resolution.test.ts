import { expect, it } from 'vitest';
import { resolutionMicro, uncertaintyMicro } from '../../gateway/domain/ledger/register.ts';
import {
  at,
  decimal,
  floatReading,
  HOUR,
  MINUTE,
  micro,
  openLedger,
  rawOf,
  SECOND,
  specWith,
} from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const scale = { encoding: 'float32', unitsPerCount: decimal('1'), stepCounts: decimal('0.01') } as const;
const spec = specWith({ scale });

it.each([
  [2 ** 10, '0.01'],
  [2 ** 17, '0.015625'],
  [2 ** 20, '0.125'],
  [2 ** 20 - 0.0625, '0.0625'],
  [2 ** 24, '2'],
])('at %d kWh a float32 register shows steps of %s kWh', (value, step) => {
  expect(resolutionMicro(rawOf(Math.fround(value)), spec.scale)).toBe(micro(step));
});

it('may be half a float step off to either side, and one step of its own above', () => {
  const { below, above } = uncertaintyMicro(rawOf(2 ** 20), spec.scale);
  expect([below, above]).toEqual([micro('0.0625') + 1n, micro('0.0725') + 1n]);
});

it('decodes to exact values: what is published is the register to the sixth digit, not a sum of doubles', () => {
  const ledger = openLedger({ startMs: START, spec });
  // 36 kW, asked every 10 s, at a register where a float32 step is 0.125 kWh.
  const shown = (i: number) => Math.fround(1_048_576 + Math.floor(i * 10) / 100);
  ledger.feed(Array.from({ length: 740 }, (_, i) => floatReading(START + i * 10 * SECOND, shown(i))));
  ledger.close(START + 2 * HOUR + 3 * MINUTE);

  expect(
    ledger
      .hours(START, START + 2 * HOUR)
      .map(({ quantityMicro, startRegisterMicro, endRegisterMicro }) => [
        quantityMicro,
        startRegisterMicro,
        endRegisterMicro,
      ]),
  ).toEqual([
    [micro('36'), micro('1048576'), micro('1048612')],
    [micro('36'), micro('1048612'), micro('1048648')],
  ]);
  expect(ledger.hourMessages()[0]?.register).toEqual({ start: 1_048_576, end: 1_048_612, unit: 'kWh' });
});

it('is measured as long as the bound stays within two of its steps, coarse as they are', () => {
  const ledger = openLedger({ startMs: START, spec });
  // 0.2 kW: a slot of 0.1 kWh is less than one float step.
  const shown = (i: number) => Math.fround(1_048_576 + Math.floor(i / 18) / 100);
  ledger.feed(Array.from({ length: 400 }, (_, i) => floatReading(START + i * 10 * SECOND, shown(i))));
  const boundary = ledger.boundary(START + 30 * MINUTE);

  expect(boundary?.resolutionMicro).toBe(micro('0.125'));
  expect((boundary?.highMicro ?? 0n) - (boundary?.lowMicro ?? 0n)).toBeLessThanOrEqual(micro('0.25'));
  expect(ledger.slot(START).quality).toBe('measured');
});
