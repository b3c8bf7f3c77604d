/** Numbers leave as they are kept, in whole millionths; the message is the same whichever way it is put together. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMicro } from '../../gateway/domain/rational.ts';
import { hourContent, hourPayload } from '../../gateway/domain/render.ts';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { specWith } from './support/ledger.ts';

const anyMicro = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -10_000_000n, max: 10_000_000n }),
  // Beside whole numbers, up to and beyond the end of exact doubles.
  fc
    .tuple(fc.bigInt({ min: 0n, max: 9_007_199_260n }), fc.bigInt({ min: -11n, max: 11n }))
    .map(([whole, beside]) => whole * 1_000_000n + beside),
);

it('millionths are printed to the last digit, without zeros at the end', () => {
  expect([0n, 1n, -1n, 1_500_000n, 9_007_198_999_999_999n].map(formatMicro)).toEqual([
    '0',
    '0.000001',
    '-0.000001',
    '1.5',
    '9007198999.999999',
  ]);
  fc.assert(
    fc.property(anyMicro, (micro) => {
      const text = formatMicro(micro);
      const match = /^(-?)(0|[1-9]\d*)(?:\.(\d{0,5}[1-9]))?$/.exec(text);
      const magnitude = BigInt(match?.[2] ?? '-1') * 1_000_000n + BigInt((match?.[3] ?? '').padEnd(6, '0'));
      expect(match?.[1] === '-' ? -magnitude : magnitude).toBe(micro);
    }),
    { numRuns: 1_000 },
  );
});

it('a payload is the content in its envelope', () => {
  const grid = hourGrid('Asia/Tokyo');
  const maybe = fc.option(anyMicro);
  fc.assert(
    fc.property(
      fc.record({
        quantityMicro: maybe,
        energyMicroKwh: maybe,
        demand: fc.tuple(maybe, maybe),
        register: maybe,
        energyMicroMj: maybe,
        allocatedMicroMj: maybe,
        document: fc.option(fc.string()),
        meter: fc.string(),
        seq: fc.nat(),
      }),
      ({ demand, register, meter, seq, ...parts }) => {
        const content = hourContent(
          {
            ...parts,
            startMs: instant(1_793_739_600_000),
            quality: 'measured',
            coverageMicro: 1_000_000,
            demandMicro: demand,
            startRegisterMicro: register,
            endRegisterMicro: register,
            mjPerKwh: { num: 47n, den: 5n },
            class: 'normal',
            ruleSet: 'fy2023',
            documentRevision: 1,
            confirmed: true,
          },
          specWith({ meter }),
          { site: 'works', gateway: 'g1', generation: 4 },
          grid,
        );
        const envelope = { generation: 4, revision: 2, producedAt: '2026-11-04T08:01:30+09:00', seq };
        expect(hourPayload(JSON.stringify(content), envelope)).toBe(
          JSON.stringify({ v: 1, ...content, ...envelope }),
        );
      },
    ),
  );
});
