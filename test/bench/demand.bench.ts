/**
 * Prediction of demand on seeded factories: the mean distance of each method from what the period came to, in kW, at
 * minutes 10 and 20, beside that of `power now × time left` (the limit column; below 1 is better than it). Then the
 * alarms of the default method: overloads that were not alarmed before the target was crossed, how early they were, and
 * periods with an alarm that stayed below the target after all.
 */
import { DEMAND_METHODS } from '../../gateway/domain/demand/plan.ts';
import { loadPlant, PLANT_KINDS, targetOf } from '../demand/support/plants.ts';
import { alarmRun, errorsAt } from '../demand/support/replay.ts';
import { type FigureLine, figure } from './harness.ts';

const SEEDS = [1, 2, 3];
const DAYS = 2;
const MINUTES = [10, 20];
/** So large a part of the periods stays below the target. */
const BELOW_TARGET = 0.85;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const ofMethod = new Map<string, number[]>();
  const ofPowerNow = new Map<string, number[]>();
  const alarms = {
    periods: 0,
    overloads: 0,
    late: 0,
    leads: [] as number[],
    warned: 0,
    far: 0,
    cautioned: 0,
    limited: 0,
  };
  for (const kind of PLANT_KINDS) {
    const plants = SEEDS.map((seed) => loadPlant(kind, seed, DAYS));
    const errors = plants.map((plant) => errorsAt(plant, MINUTES));
    for (const minute of MINUTES) {
      const powerNow = errors.map((of) => (of.get(minute)?.['power-now'] ?? Number.NaN) / 1_000);
      ofPowerNow.set(`${minute}`, [...(ofPowerNow.get(`${minute}`) ?? []), mean(powerNow)]);
      for (const method of DEMAND_METHODS) {
        const found = errors.map((of) => (of.get(minute)?.[method] ?? Number.NaN) / 1_000);
        const key = `${method}/${minute}`;
        ofMethod.set(key, [...(ofMethod.get(key) ?? []), mean(found)]);
        report(figure(`demand error, ${kind}, minute ${minute}, ${method}`, 'kW', found, powerNow));
      }
    }
    for (const plant of plants) {
      const run = alarmRun(plant, targetOf(plant, BELOW_TARGET));
      alarms.periods += run.periods;
      alarms.overloads += run.overloads.length;
      alarms.cautioned += run.falseAlarms.caution;
      alarms.warned += run.falseAlarms.warning;
      alarms.far += run.farWarnings;
      alarms.limited += run.falseAlarms.limit;
      for (const { crossedS, raisedS } of run.overloads) {
        const leadS = raisedS.warning === null ? -1 : crossedS - raisedS.warning;
        if (leadS <= 0) alarms.late += 1;
        alarms.leads.push(leadS);
      }
    }
  }
  for (const minute of MINUTES)
    for (const method of DEMAND_METHODS) {
      const found = mean(ofMethod.get(`${method}/${minute}`) ?? []);
      const powerNow = mean(ofPowerNow.get(`${minute}`) ?? []);
      report(figure(`demand error, all plants, minute ${minute}, ${method}`, 'kW', [found], powerNow));
    }
  report(figure('demand overloads', 'periods', [alarms.overloads], alarms.periods));
  report(figure('demand overloads not warned of in time', 'periods', [alarms.late], alarms.overloads));
  report(figure('demand warning before the crossing', 's', alarms.leads, null));
  report(figure('demand false cautions', 'periods', [alarms.cautioned], alarms.periods - alarms.overloads));
  report(figure('demand false warnings', 'periods', [alarms.warned], alarms.periods - alarms.overloads));
  report(
    figure(
      'demand false warnings below 95 % of the target',
      'periods',
      [alarms.far],
      alarms.periods - alarms.overloads,
    ),
  );
  report(figure('demand false limit alarms', 'periods', [alarms.limited], alarms.periods - alarms.overloads));
}
