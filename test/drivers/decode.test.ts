/** Register words to exact values: golden cases, and against the platform's own floats and integers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteOrder, RegisterType, WordOrder } from '../../config/types.ts';
import {
  bitsOf,
  decodeRegister,
  gaugeValue,
  powerOfTen,
  sumOf,
  wordsOf,
} from '../../drivers/modbus/decode.ts';
import { formatRaw, rawValue } from '../../gateway/domain/meters.ts';
import { rational } from '../../gateway/domain/rational.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_103);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const words = (hex: string): number[] => hex.split(' ').map((word) => Number.parseInt(word, 16));

const plain = (type: RegisterType, wordOrder: WordOrder = 'msw') => ({ type, wordOrder });

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
    const raw = decodeRegister(words(hex), { type, wordOrder: order });
    expect(raw && formatRaw(raw)).toBe(expected);
  });

  it('marked invalid by its type is no value, whether the marker is written as a count or as bits', () => {
    expect(decodeRegister([0x8000], plain('s16'), { s16: [-32_768n] })).toBeNull();
    expect(decodeRegister([0x8000], plain('s16'), { s16: [0x8000n] })).toBeNull();
    expect(decodeRegister([0xffff, 0xffff], plain('u32', 'lsw'), { u32: [0xffff_ffffn] })).toBeNull();
    expect(decodeRegister([0xffff, 0xfffe], plain('u32'), { u32: [0xffff_ffffn] })?.count).toBe(0xffff_fffen);
  });

  it('is exactly what the platform reads, for any bits', () => {
    const types = fc.constantFrom<RegisterType>('u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64');
    const orders = fc.constantFrom<WordOrder>('msw', 'lsw');
    fc.assert(
      fc.property(types, orders, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (type, order, random) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64BE(random);
        const size = wordsOf(type);
        const inOrder = Array.from({ length: size }, (_, i) => bytes.readUInt16BE(i * 2));
        const onWire = order === 'msw' ? inOrder : inOrder.toReversed();
        const raw = decodeRegister(onWire, { type, wordOrder: order });
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
        const single = decodeRegister(at(0, 2), plain('f32'));
        expect(single).toEqual(decodeRegister(at(4, 4), plain('f64')));
        expect(single && rawValue(single).den > 0n).toBe(true);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it.each<[RegisterType, WordOrder, ByteOrder, string, string | null]>([
    // 16909060 = 0x01020304 in the four orders that meters have: ABCD, CDAB, BADC, DCBA.
    ['u32', 'msw', 'msb', '0102 0304', '16909060'],
    ['u32', 'lsw', 'msb', '0304 0102', '16909060'],
    ['u32', 'msw', 'lsb', '0201 0403', '16909060'],
    ['u32', 'lsw', 'lsb', '0403 0201', '16909060'],
    ['u16', 'msw', 'lsb', '0100', '1'],
    ['f32', 'lsw', 'lsb', '3433 6643', '3771597*2^-14'],
    ['u48', 'msw', 'msb', '0001 0000 0000', '4294967296'],
    ['u48', 'lsw', 'msb', '0000 0000 0001', '4294967296'],
    ['s48', 'msw', 'msb', 'ffff ffff fffe', '-2'],
    ['bcd16', 'msw', 'msb', '1234', '1234'],
    ['bcd32', 'msw', 'msb', '0012 3456', '123456'],
    ['bcd32', 'lsw', 'msb', '3456 0012', '123456'],
    ['bcd32', 'msw', 'lsb', '1200 5634', '123456'],
    ['bcd48', 'msw', 'msb', '9999 9999 9999', '999999999999'],
    ['bcd64', 'msw', 'msb', '9999 9999 9999 9999', '9999999999999999'],
    ['bcd32', 'msw', 'msb', '0012 34a6', null],
    ['bcd32', 'msw', 'msb', 'ffff ffff', null],
    // Mitsubishi's own example (FAQ 22184): 1280 shows 765, 1281 shows 098.
    ['dec3x2', 'lsw', 'msb', '02fd 0062', '98765'],
    ['dec3x2', 'lsw', 'msb', '03e8 0000', null],
    ['dec4x2', 'msw', 'msb', '270f 270f', '99999999'],
    ['dec4x3', 'lsw', 'msb', '0001 0000 0001', '100000001'],
    ['dec4x4', 'msw', 'msb', '2710 0000 0000 0000', null],
    ['ascii8', 'msw', 'msb', '3030 3132 3334 3536', '123456'],
    ['ascii8', 'lsw', 'lsb', '3635 3433 3231 3030', '123456'],
    ['ascii4', 'msw', 'msb', '2034 3200', '42'],
    ['ascii4', 'msw', 'msb', '2d37 2020', '-7'],
    ['ascii6', 'msw', 'msb', '3132 2d33 3420', null],
    ['ascii4', 'msw', 'msb', '2020 2020', null],
    ['ascii6', 'msw', 'msb', '3132 2e33 3420', null],
  ])('%s %s %s of %s is %s', (type, wordOrder, byteOrder, hex, expected) => {
    const raw = decodeRegister(words(hex), { type, wordOrder, byteOrder });
    expect(raw && formatRaw(raw)).toBe(expected);
  });

  it('as text has as many digits after the point as its type says, and no other value is made of it', () => {
    const text = (written: string) => {
      const bytes = Buffer.from(written.padEnd(10), 'latin1');
      return Array.from({ length: 5 }, (_, i) => bytes.readUInt16BE(2 * i));
    };
    const read = (written: string) =>
      decodeRegister(text(written), { type: 'ascii10', wordOrder: 'msw', decimals: 2 })?.count ?? null;
    expect(read('1234.56')).toBe(123_456n);
    expect(read('1234.5')).toBe(123_450n);
    expect(read('1234')).toBe(123_400n);
    expect(read('-0.05')).toBe(-5n);
    expect(read('1234.567')).toBeNull();
    expect(read('1.2e3')).toBeNull();
    expect(read('OVER')).toBeNull();
  });

  it('added to others is exact, and of doubles the nearest there is', () => {
    const once = (count: bigint, exp2 = 0) => ({ raw: { count, exp2 }, times: 1n });
    expect(sumOf([once(7n), once(2n ** 62n)])?.count).toBe(2n ** 62n + 7n);
    expect(sumOf([once(2n ** 62n), once(2n ** 62n)])).toBeNull();
    expect(sumOf([once(123n), { raw: { count: 4n, exp2: 0 }, times: 1_000_000_000n }])?.count).toBe(
      4_000_000_123n,
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (a, b) => {
          const raw = (value: number) => {
            const bytes = Buffer.alloc(8);
            bytes.writeDoubleBE(value);
            const at = Array.from({ length: 4 }, (_, i) => bytes.readUInt16BE(2 * i));
            return { raw: decodeRegister(at, plain('f64')) ?? { count: 0n, exp2: 0 }, times: 1n };
          };
          const sum = sumOf([raw(a), raw(b)]);
          const shown = sum ? Number(sum.count) * 2 ** sum.exp2 : Number.NaN;
          // A tie may go the other way than the platform's.
          expect(Math.abs(shown - (a + b))).toBeLessThanOrEqual((a + b) * 2 ** -52);
          expect(sum && sum.count < 2n ** 53n).toBe(true);
        },
      ),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('says a power of ten as its exponent or as itself, and nothing else', () => {
    const tens = (count: bigint, as: 'exponent' | 'factor') => powerOfTen({ count, exp2: 0 }, as);
    expect(tens(-2n, 'exponent')).toEqual(rational(1n, 100n));
    expect(tens(3n, 'exponent')).toEqual(rational(1000n));
    expect(tens(0n, 'exponent')).toEqual(rational(1n));
    expect(tens(-32_768n, 'exponent')).toBeNull();
    expect(tens(100n, 'factor')).toEqual(rational(100n));
    expect([0n, 20n, 101n, -10n].map((count) => tens(count, 'factor'))).toEqual([null, null, null, null]);
  });

  it('as a gauge is scaled for display', () => {
    expect(gaugeValue({ count: 2301n, exp2: 0 }, rational(1n, 10n))).toBe(230.1);
    expect(gaugeValue({ count: 3n, exp2: -1 }, rational(1000n))).toBe(1500);
  });
});
