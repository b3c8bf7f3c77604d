import { expect, it } from 'vitest';
import { energyOf, joinSlots } from '../../gateway/domain/hour.ts';
import type { Slot } from '../../gateway/domain/ledger/slot.ts';
import { formatMicro } from '../../gateway/domain/rational.ts';
import { decimal } from './support/ledger.ts';

const slot = (quantityMicro: bigint): Slot => ({
  slot: 0,
  quality: 'measured',
  coverageMicro: 1_000_000,
  quantityMicro,
  countedMicro: quantityMicro,
  startRegisterMicro: 0n,
  endRegisterMicro: quantityMicro,
});

it('two slots add up to the last digit where doubles have long lost it', () => {
  const odd = 2n ** 53n + 1n;
  expect(joinSlots(slot(odd), slot(2n), decimal('1'))).toMatchObject({
    quantityMicro: odd + 2n,
    energyMicroKwh: odd + 2n,
  });
});

it('a tenth and two tenths are three tenths', () => {
  const { quantityMicro } = joinSlots(slot(100_000n), slot(200_000n), decimal('1'));
  expect(formatMicro(quantityMicro ?? 0n)).toBe('0.3');
});

it('the factor to kWh is applied once to the whole hour, halves away from zero', () => {
  expect(energyOf(1n, decimal('12.5'))).toBe(13n);
  expect(joinSlots(slot(1n), slot(1n), decimal('12.5')).energyMicroKwh).toBe(25n);
});
