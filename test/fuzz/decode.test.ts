/** Register words of any kind: decoded as another reader does, or null; never a value out of what is none. */
import { expect, it } from 'vitest';
import type { RegisterType } from '../../config/types.ts';
import { decodeRegister, MAX_COUNT, powerOfTen, sumOf, wordsOf } from '../../drivers/modbus/decode.ts';
import { fuzz, inputsFor, LIMIT_MS, SEED } from './support/mutate.ts';

const TYPES: readonly RegisterType[] = [
  'u16',
  's16',
  'u32',
  's32',
  'u48',
  's48',
  'u64',
  's64',
  'f32',
  'f64',
  'bcd16',
  'bcd32',
  'bcd48',
  'bcd64',
  'dec3x2',
  'dec4x2',
  'dec4x3',
  'dec4x4',
  'ascii4',
  'ascii6',
  'ascii8',
  'ascii10',
  'ascii12',
  'ascii14',
  'ascii16',
];

/** What the bytes mean, read by other means: DataView, text, digits. Null: nothing. */
function meaning(type: RegisterType, bytes: Buffer, decimals: number): number | bigint | null {
  if (type === 'f32' || type === 'f64') {
    const value = type === 'f32' ? bytes.readFloatBE(0) : bytes.readDoubleBE(0);
    return Number.isFinite(value) ? value : null;
  }
  if (type.startsWith('bcd'))
    return /^[0-9]+$/.test(bytes.toString('hex')) ? BigInt(bytes.toString('hex')) : null;
  if (type.startsWith('dec')) {
    const digits = Number(type[3]);
    const words = Array.from({ length: bytes.length / 2 }, (_, i) => String(bytes.readUInt16BE(2 * i)));
    return words.every((word) => word.length <= digits)
      ? BigInt(words.map((word) => word.padStart(digits, '0')).join(''))
      : null;
  }
  if (type.startsWith('ascii')) {
    const text = bytes
      .toString('latin1')
      .replace(/^ +/, '')
      .replace(/[ \0]+$/, '');
    const [whole = '', after = ''] = text.split('.');
    if (!/^[+-]?\d+(\.\d+)?$/.test(text) || after.replace(/0+$/, '').length > decimals) return null;
    const digits = BigInt(`${whole.replace(/[+-]/, '')}${after.padEnd(decimals, '0').slice(0, decimals)}`);
    return digits > MAX_COUNT ? null : whole.startsWith('-') ? -digits : digits;
  }
  const unsigned = BigInt(`0x${bytes.toString('hex')}`);
  const count = type.startsWith('s') ? BigInt.asIntN(bytes.length * 8, unsigned) : unsigned;
  return count > MAX_COUNT ? null : count;
}

const DIGITS = '0123456789 .+-\0';

it(`decodes any words as another reader does (seed ${SEED})`, { timeout: LIMIT_MS }, async () => {
  const tally = { values: 0, none: 0 };
  await fuzz('decodeRegister', inputsFor(), (random) => {
    const type = random.pick(TYPES);
    const length = wordsOf(type) * 2;
    const style = random.pick(['any', 'digits', 'bcd', 'edge'] as const);
    const byte = {
      any: () => random.int(0, 255),
      digits: () => DIGITS.charCodeAt(random.int(0, random.pick([9, DIGITS.length - 1]))),
      bcd: () => random.int(0, 9) * 16 + random.int(0, 9),
      edge: () => random.pick([0, 0, 0x7f, 0x80, 0xff, 0xff]),
    }[style];
    const bytes = Buffer.from(Array.from({ length }, byte));
    const [wordOrder, byteOrder] = [
      random.pick(['msw', 'lsw'] as const),
      random.pick(['msb', 'lsb'] as const),
    ];
    const decimals = random.int(0, 3);
    const inOrder = Array.from({ length: length / 2 }, (_, i) =>
      byteOrder === 'msb' ? bytes.readUInt16BE(2 * i) : bytes.readUInt16LE(2 * i),
    );
    const words = wordOrder === 'msw' ? inOrder : inOrder.toReversed();
    const marker = random.chance(100) ? [BigInt(`0x${bytes.toString('hex')}`)] : [];
    const raw = decodeRegister(words, { type, wordOrder, byteOrder, decimals }, { [type]: marker });
    const expected = marker.length > 0 ? null : meaning(type, bytes, decimals);
    const value = raw && (typeof expected === 'number' ? Number(raw.count) * 2 ** raw.exp2 : raw.count);
    const isSame =
      raw === null || expected === null
        ? raw === expected
        : value === expected || (value === 0 && expected === 0);
    const isFloat = type === 'f32' || type === 'f64';
    if (!isSame && !(isFloat && raw && isTooSmallForDouble(raw.exp2)))
      throw new Error(
        `${type} ${wordOrder} ${byteOrder} ${bytes.toString('hex')}: ${raw?.count}·2^${raw?.exp2}, not ${expected}`,
      );
    if (raw && !isFloat && (raw.exp2 !== 0 || raw.count > MAX_COUNT || raw.count < -MAX_COUNT - 1n))
      throw new Error(`${raw.count}·2^${raw.exp2} is no count`);
    if (raw) tally.values += 1;
    else tally.none += 1;
    if (!raw) return;
    const sum = sumOf([
      { raw, times: 1n },
      { raw, times: BigInt(random.int(0, 3)) },
    ]);
    if (sum && raw.exp2 === 0 && sum.exp2 === 0 && (sum.count > MAX_COUNT || sum.count < -MAX_COUNT - 1n))
      throw new Error(`a sum of ${sum.count}`);
    const power = powerOfTen(raw, random.pick(['exponent', 'factor'] as const));
    if (power && (power.num < 1n || power.den < 1n))
      throw new Error(`a multiplier of ${power.num}/${power.den}`);
  });
  expect(tally.values).toBeGreaterThan(inputsFor() / 3);
  expect(tally.none).toBeGreaterThan(inputsFor() / 10);
});

/** 2 ** exp2 is 0 below this as a double, though the value itself is none. */
function isTooSmallForDouble(exp2: number): boolean {
  return exp2 < -1_074 + 53;
}
