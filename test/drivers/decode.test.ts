/** Register words to exact values: golden cases, and against the platform's own floats and integers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterType, WordOrder } from '../../config/types.ts';
import { bitsOf, decodeRegister, gaugeValue, wordsOf } from '../../drivers/modbus/decode.ts';
import { formatRaw, rawValue } from '../../gateway/domain/meters.ts';
import { rational } from '../../gateway/domain/rational.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_103);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const words = (hex: string): number[] => hex.split(' ').map((word) => Number.parseInt(word, 16));

describe('a register', () => {
  it.each<[RegisterType, WordOrder, string, string | null]>([
    ['u16', 'msw', 'ffff', '65535'],
    ['s16', 'msw', 'ffff', '-1'],
    ['u32', 'msw', '0001 0002', '65538'],
    ['u32', 'lsw', '0002 0001', '65538'],
    ['s32', 'msw', 'ffff fffe', '-2'],
    ['s32', 'lsw', 'fffe ffff', '-2'],
    ['u64', 'msw', '0000 0000 0001 0000', '65536'],
    ['u64', 'lsw', '0000 0001 0000 0000', '65536'],
    ['u64', 'msw', '7fff ffff ffff ffff', '9223372036854775807'],
    ['u64', 'msw', '8000 0000 0000 0000', null],
    ['s64', 'msw', 'ffff ffff ffff ffff', '-1'],
    ['s64', 'msw', '8000 0000 0000 0000', '-9223372036854775808'],
    ['f32', 'msw', '4366 3334', '3771597*2^-14'],
    ['f32', 'lsw', '3334 4366', '3771597*2^-14'],
    ['f32', 'msw', '3f80 0000', '1'],
    ['f64', 'msw', '3ff0 0000 0000 0000', '1'],
    ['f32', 'msw', '4100 0000', '1*2^3'],
    ['f32', 'msw', '0000 0000', '0'],
    ['f32', 'msw', '8000 0000', '0'],
    ['f32', 'msw', '0000 0001', '1*2^-149'],
    ['f64', 'msw', '0000 0000 0000 0001', '1*2^-1074'],
    ['f32', 'msw', '7f80 0000', null],
    ['f32', 'msw', 'ff80 0000', null],
    ['f32', 'msw', '7fc0 0000', null],
    ['f64', 'msw', '7ff8 0000 0000 0000', null],
  ])('%s %s of %s is %s', (type, order, hex, expected) => {
    const raw = decodeRegister(words(hex), type, order);
    expect(raw && formatRaw(raw)).toBe(expected);
  });

  it('marked invalid by its type is no value, whether the marker is written as a count or as bits', () => {
    expect(decodeRegister([0x8000], 's16', 'msw', { s16: [-32_768n] })).toBeNull();
    expect(decodeRegister([0x8000], 's16', 'msw', { s16: [0x8000n] })).toBeNull();
    expect(decodeRegister([0xffff, 0xffff], 'u32', 'lsw', { u32: [0xffff_ffffn] })).toBeNull();
    expect(decodeRegister([0xffff, 0xfffe], 'u32', 'msw', { u32: [0xffff_ffffn] })?.count).toBe(0xffff_fffen);
  });

  it('is exactly what the platform reads, for any bits', () => {
    const types = fc.constantFrom<RegisterType>('u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64');
    const orders = fc.constantFrom<WordOrder>('msw', 'lsw');
    fc.assert(
      fc.property(types, orders, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (type, order, random) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64BE(random);
        const size = wordsOf(type);
        const plain = Array.from({ length: size }, (_, i) => bytes.readUInt16BE(i * 2));
        const onWire = order === 'msw' ? plain : plain.toReversed();
        const raw = decodeRegister(onWire, type, order);
        if (type === 'f32' || type === 'f64') {
          const float = type === 'f32' ? bytes.readFloatBE() : bytes.readDoubleBE();
          expect(raw === null).toBe(!Number.isFinite(float));
          if (raw) {
            expect(Number(raw.count) * 2 ** raw.exp2 === float || Math.abs(float) < 2 ** -1000).toBe(true);
            expect(raw.count === 0n ? raw.exp2 === 0 : raw.count % 2n !== 0n).toBe(true);
          }
        } else if (raw) {
          expect(raw.exp2).toBe(0);
          expect(BigInt.asUintN(size * 16, raw.count)).toBe(bitsOf(onWire, order));
        } else expect(type).toBe('u64');
      }),
      { seed: SEED, numRuns: 5_000 },
    );
  });

  it('keeps equal values equal in either encoding', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const bytes = Buffer.alloc(12);
        bytes.writeFloatBE(value, 0);
        bytes.writeDoubleBE(value, 4);
        const at = (from: number, size: number) =>
          Array.from({ length: size }, (_, i) => bytes.readUInt16BE(from + i * 2));
        const single = decodeRegister(at(0, 2), 'f32', 'msw');
        expect(single).toEqual(decodeRegister(at(4, 4), 'f64', 'msw'));
        expect(single && rawValue(single).den > 0n).toBe(true);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('as a gauge is scaled for display', () => {
    expect(gaugeValue({ count: 2301n, exp2: 0 }, rational(1n, 10n))).toBe(230.1);
    expect(gaugeValue({ count: 3n, exp2: -1 }, rational(1000n))).toBe(1500);
  });
});
