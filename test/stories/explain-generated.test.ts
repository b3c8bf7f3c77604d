/**
 * Whatever a meter, its line and its clock did: an hour's figures follow from its print, in both languages.
 * HAKARU_SEED and HAKARU_RUNS replay or lengthen a run.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { anyDelivery, caseOf, inBatches, ordered, wildShape } from '../ledger/support/cases.ts';
import { HOUR } from '../ledger/support/ledger.ts';
import { openPlant } from './explain-plant.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_101);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 30);
/** Of a long case only so many hours are looked at, spread over it. */
const HOURS = 6;

it(`any hour can be recomputed from its print (seed ${SEED}, ${RUNS} runs)`, () => {
  let proven = 0;
  fc.assert(
    fc.property(wildShape, anyDelivery, fc.boolean(), (shape, delivery, keptByGateway) => {
      const { spec, startMs, endMs, observed } = caseOf(shape);
      const keptBy = keptByGateway ? 'gateway' : 'meter';
      const plant = openPlant({ ...spec, keptBy, role: 'grid-import' }, instant(startMs));
      const readings = ordered(
        observed.map(({ reading }) => reading),
        delivery,
      );
      for (const batch of inBatches(readings, delivery.batches)) plant.feed(batch);
      if (keptByGateway) {
        plant.dial(0n, startMs, endMs);
        plant.dial(10n ** 15n + 1n, Math.floor((startMs + 3 * endMs) / 4), endMs);
      }
      plant.settle(endMs + 2 * HOUR);
      const hours = plant.hours(startMs - HOUR, endMs + 2 * HOUR);
      const apart = Math.max(1, Math.floor(hours.length / HOURS));
      for (const { startMs: hourMs } of hours.filter((_, i) => i % apart === 0)) {
        plant.provesHour(hourMs);
        proven += 1;
      }
      plant.store.close();
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(proven).toBeGreaterThan(RUNS);
}, 60_000);
