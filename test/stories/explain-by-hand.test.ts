/**
 * `hakaru explain` is enough: from nothing but its print, a pencil and the rounding rule one arrives at the hour's
 * slots, kWh and MJ. The calculation below uses the text and shares no code with the gateway.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { hakaru } from '../support/cli.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const MIDNIGHT_MS = Date.parse('2026-05-04T00:00:00+09:00');
const HOURS = 10;
let folder: string;
let factory: DemoFactory;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-explain-'));
  const clock = createSteppedClock(MIDNIGHT_MS);
  factory = await startDemoFactory({
    now: () => clock.now(),
    seed: 11,
    startMs: MIDNIGHT_MS - 3_600_000,
    pace: 0,
    serial: 'rtu-over-tcp',
  });
  const coefficients = { url: factory.coefficientUrl, caPem: factory.caPem, folder };
  const site = demoSite(factory, { brokerUrl: factory.brokerUrl, coefficients });
  const gateway = await createGateway({
    site,
    dataDir: folder,
    clock,
    log: createLog('silent'),
    webRoot: null,
  });
  await gateway.bringCoefficients();
  // Read off the boundaries, so that every one of them is interpolated between unequal neighbours.
  for (let at = MIDNIGHT_MS + 1_700; at < MIDNIGHT_MS + HOURS * 3_600_000 + 620_000; at += 7_331) {
    const toBoundary = 1_800_000 - ((at - MIDNIGHT_MS) % 1_800_000);
    if (toBoundary > 9_000 && toBoundary < 1_790_000 && toBoundary % 300_000 > 7_331) continue;
    clock.stepTo(at);
    await gateway.playRound();
  }
  await gateway.delivered();
  await gateway.stop();
}, 60_000);

afterAll(async () => {
  await factory.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A decimal as written, in millionths. */
function micro(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new Error(`not a decimal: ${text}`);
  const value = BigInt(match[2] ?? '') * 1_000_000n + BigInt((match[3] ?? '').padEnd(6, '0'));
  return match[1] === '-' ? -value : value;
}

/** num/den to the nearest whole number, halves away from zero (all values here are positive). */
const rounded = (num: bigint, den: bigint): bigint => (2n * num + den) / (2n * den);

function fraction(text: string): { num: bigint; den: bigint } {
  const [num = '', den = '1'] = text.split('/');
  return { num: BigInt(num), den: BigInt(den) };
}

/** register n[*2^e] × a/b in millionths of the unit. */
function registerOf(raw: string, unitsPerCount: string): bigint {
  const [count = '', exponent = '0'] = raw.split('*2^');
  const { num, den } = fraction(unitsPerCount);
  const shift = BigInt(exponent);
  const scaled = BigInt(count) * num * 1_000_000n;
  return shift < 0n ? rounded(scaled, den << -shift) : rounded(scaled << shift, den);
}

function only(pattern: RegExp, text: string): RegExpExecArray {
  const found = pattern.exec(text);
  if (!found) throw new Error(`${pattern} in\n${text}`);
  return found;
}

const group = (match: RegExpExecArray, n: number): string => match[n] ?? '';

interface ByHand {
  readonly slots: readonly bigint[];
  readonly kwh: bigint;
  readonly mj: bigint | null;
}

function calculate(print: string): ByHand {
  const era = only(/era 1 \(first\) opened .* register at ([\d.]+) \S+, total ([\d.]+)/, print);
  const opening = micro(group(era, 1));
  const base = micro(group(era, 2));
  const readings = [
    ...print.matchAll(/(before|after ) {2}read (?:\S+ … )?(\S+)\n\s+register (\S+) × (\S+) = ([\d.]+)/g),
  ];
  const boundaries = [...print.matchAll(/^ {2}boundary (\S+)$/gm)].map(([, at]) => Date.parse(at ?? ''));
  expect(readings).toHaveLength(boundaries.length * 2);
  const totals = boundaries.map((at, i) => {
    const [from, to] = [readings[2 * i], readings[2 * i + 1]].map((reading) => {
      if (!reading) throw new Error('a bracket without its readings');
      const register = registerOf(group(reading, 3), group(reading, 4));
      expect(register).toBe(micro(group(reading, 5)));
      return { atMs: BigInt(Date.parse(group(reading, 2))), total: base + register - opening };
    });
    if (!from || !to) throw new Error('a bracket without its readings');
    const spanMs = to.atMs - from.atMs;
    return spanMs === 0n
      ? from.total
      : from.total + rounded((to.total - from.total) * (BigInt(at) - from.atMs), spanMs);
  });
  const slots = totals.slice(1).map((total, i) => total - (totals[i] as bigint));
  const quantity = slots.reduce((sum, slot) => sum + slot, 0n);
  const factor = fraction(group(only(/^ {2}kwh {2}[\d.]+ \S+ × (\S+)/m, print), 1));
  const kwh = rounded(quantity * factor.num, factor.den);
  const weight = /^ {2}coefficient {2}([\d.]+) MJ\/kWh/m.exec(print);
  return { slots, kwh, mj: weight ? rounded(kwh * micro(group(weight, 1)), 1_000_000n) : null };
}

test.each(['main', 'press', 'furnace', 'gas'])(
  'the hours of %s can be recomputed from the print alone',
  async (meter) => {
    for (let hour = 1; hour < HOURS; hour += 4) {
      const { stdout, code } = await hakaru('explain', meter, `2026-05-04T0${hour}:00`, '--data', folder);
      expect(code).toBe(0);
      const byHand = calculate(stdout);
      const printed = [...stdout.matchAll(/^ {2}slot \S+ {2}([\d.]+)/gm)].map((match) =>
        micro(group(match, 1)),
      );
      expect(byHand.slots).toEqual(printed);
      expect(byHand.kwh).toBe(micro(group(only(/^ {2}kwh .* = ([\d.]+) kWh$/m, stdout), 1)));
      const mj = /^ {2}mj .* = ([\d.]+) MJ$/m.exec(stdout);
      expect(byHand.mj).toBe(mj ? micro(group(mj, 1)) : null);
      expect(stdout).toMatch(
        /message {2}seq \d+, revision \d+, hakaru\/v1\/demo-factory\/gw1\/hour\/\S+, made \S+, acknowledged \S+/,
      );
      if (meter === 'main')
        expect(stdout).toMatch(
          /document kyushu-demo-\S+ revision 1, from https:\S+, received \S+, sha256 [0-9a-f]{64}/,
        );
    }
  },
);

test('an hour that is not there is named, with what to do', async () => {
  const { code, stderr } = await hakaru('explain', 'main', '2026-05-09T01:00', '--data', folder);
  expect(code).toBe(1);
  expect(stderr).toContain('hour-unknown');
});
