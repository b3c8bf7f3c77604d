/** Factors are dated: an hour has the one of the date on which it begins, whatever day it is when it is derived. */
import { describe, expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { isFixed } from '../../gateway/domain/thermo/kwh-factor.ts';
import { instant } from '../../gateway/domain/time.ts';
import { identify } from '../../gateway/identity.ts';
import { recallSite } from '../../gateway/stages/site-facts.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading } from '../ledger/support/ledger.ts';
import { openPlant } from '../stories/explain-plant.ts';
import { GAS, known, STEAM, siteText, specOf } from './site.ts';

/** 10 m³ an hour: 100 pulses. */
function pulses(startMs: number, hours: number) {
  return Array.from({ length: hours * 10 + 1 }, (_, i) => reading(startMs + i * 6 * MINUTE, 1_000 + i * 10));
}

const dates = (fields: string) =>
  specOf(fields)
    .kwhFactors.filter(isFixed)
    .map(({ from, to, kwhPerUnit: { num, den } }) => [from, to, Number(num) / Number(den)]);

describe('the spells of a meter', () => {
  it('are those of the law, with a hole where it has none', () => {
    expect(dates(`${GAS}, energyFactor: dated`)).toEqual([
      ['2023-04-01', '2025-03-31', 10],
      ['2026-04-01', null, 12],
    ]);
  });

  it('are those of the site: each change holds from its date on, what it does not name stays', () => {
    const changes =
      'changes: [{ from: 2026-04-01, calorificValue: 72 MJ/m3 metered }, { from: 2026-10-01, temperature: 20 °C, gaugePressure: 2 kPa }]';
    expect(dates(`${GAS}, gas: { calorificValue: 36 MJ/m3 metered, ${changes} }`)).toEqual([
      [null, '2026-03-31', 10],
      ['2026-04-01', '2026-09-30', 20],
      ['2026-10-01', null, 20],
    ]);
  });

  it('are cut where either changes: the law, or the line of a meter that counts Nm³', () => {
    const gas =
      'gas: { counts: normal, temperature: 0 °C, gaugePressure: 0 kPa, changes: [{ from: 2026-07-01, gaugePressure: 101.325 kPa }] }';
    expect(dates(`${GAS}, energyFactor: dated, ${gas}`)).toEqual([
      ['2023-04-01', '2025-03-31', 10],
      ['2026-04-01', '2026-06-30', 12],
      ['2026-07-01', null, 6],
    ]);
  });

  it('of steam too', () => {
    const steam =
      'steam: { gaugePressure: 0.7 MPa, feedWater: 20 °C, changes: [{ from: 2026-07-01, gaugePressure: 0.5 MPa }] }';
    expect(dates(`${STEAM}, ${steam}`)).toEqual([
      [null, '2026-06-30', 745.655],
      ['2026-07-01', null, 742.284],
    ]);
  });
});

describe('around the last midnight of a fiscal year', () => {
  const START = at('2026-03-31T22:00:00+09:00');
  const spec = specOf(`${GAS}, energyFactor: dated`);

  it('the hour is the date’s: none before the new value, the new one from 00:00 of the site on', () => {
    const ledger = openLedger({ startMs: START, spec });
    ledger.feed(pulses(START, 4));
    ledger.close(START + 5 * HOUR);
    const kwh = ledger.hours(START, START + 4 * HOUR).map(({ energyMicroKwh }) => energyMicroKwh);
    expect(kwh).toEqual([null, null, micro('120'), micro('120')]);
  });

  it('is told by explain, in both languages', () => {
    const plant = openPlant(spec, START);
    plant.feed(pulses(START, 4));
    plant.settle(START + 5 * HOUR);
    expect(plant.provesHour(START + HOUR)).toContain('10 m3 × no factor for this date');
    const print = plant.provesHour(START + 2 * HOUR);
    expect(print).toContain('10 m3 × 12 (dated (new)) = 120 kWh');
    expect(print).toMatch(
      /factor +12 kWh\/m3; from 2026-04-01; dated \(new\)\n +the meter counts m³ as metered/,
    );
    expect(plant.explain(START + 2 * HOUR, 'ja')).toMatch(/換算 +12 kWh\/m3; 2026-04-01 から; dated \(new\)/);
    plant.sameNumbers(START + 2 * HOUR);
  });
});

it('explain shows state, temperature, pressure and volumes of gas, and the enthalpies of steam', () => {
  const START = at('2026-11-04T09:00:00+09:00');
  const gas = openPlant(
    specOf(`${GAS}, gas: { temperature: 15 °C, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3 }`),
    START,
  );
  gas.feed(pulses(START, 2));
  gas.settle(START + 3 * HOUR);
  const print = gas.provesHour(START + HOUR);
  expect(print).toContain('10 m3 × 62718275/5190542 (45 MJ/Nm³) = 120.831842 kWh');
  expect(print).toContain('the meter counts m³ as metered (15 °C, 2 kPa gauge, atmosphere 101.325 kPa)');
  expect(print).toMatch(
    /volumes +10 m³ as metered .*\n +9\.666547 Nm³ normal .*\n +10\.691081 m³\(SATP\) SATP/,
  );

  const steam = openPlant(specOf(`${STEAM}, steam: { gaugePressure: 0.7 MPa, feedWater: 20 °C }`), START);
  steam.feed(pulses(START, 2));
  steam.settle(START + 3 * HOUR);
  const said = steam.provesHour(START + HOUR);
  expect(said).toContain('1 t × 745.655 (IAPWS-IF97) = 745.655 kWh');
  expect(said).toContain('(2768.370125 − 84.013058) ÷ 3600 = 0.745655 kWh/kg, rounded once to 6 decimals');
  steam.sameNumbers(START + HOUR);
});

describe('a site file that says another factor than at the last start', () => {
  const NOW = at('2026-11-04T12:00:00+09:00');
  const START = at('2026-11-04T09:00:00+09:00');
  const clock = { now: () => NOW, monotonicMs: () => 0, trust: () => 'ntp' as const };
  const started = (fields: string, store = openStoreInMemory()) => {
    const { site, problems } = checkSiteText('/etc/site.yaml', siteText(fields), { knowledge: known });
    if (!site) throw new Error(JSON.stringify(problems));
    return identify(site, store, clock);
  };
  const eventsOf = (store: ReturnType<typeof openStoreInMemory>) =>
    store.outbox
      .waiting(0, 100)
      .map(({ payload }) => JSON.parse(payload))
      .filter(({ kind }) => kind === 'factor-changed');

  it('derives and sends the past again, and says so', () => {
    const before = specOf(`${GAS}, energyFactor: city-gas-13a`);
    const ledger = openLedger({ startMs: START, spec: before });
    started(`${GAS}, energyFactor: city-gas-13a`, ledger.store);
    ledger.feed(pulses(START, 2));
    ledger.close(NOW);
    expect(ledger.hourMessages().map(({ kwh, revision }) => [kwh, revision])).toEqual([
      [125, 1],
      [125, 1],
    ]);

    const fields = `${GAS}, gas: { calorificValue: 45 MJ/m3 metered, changes: [{ from: 2026-11-01, calorificValue: 36 MJ/m3 metered }] }`;
    started(fields, ledger.store);
    ledger.restart(specOf(fields));
    ledger.close(NOW);
    expect(ledger.hourMessages().map(({ kwh, quantity, revision }) => [kwh, quantity, revision])).toEqual([
      [125, 10, 1],
      [125, 10, 1],
      [100, 10, 2],
      [100, 10, 2],
    ]);
    expect(eventsOf(ledger.store)).toMatchObject([
      {
        meter: 'm',
        channel: 'gas-volume',
        detail: { before: '2023-04-01… 25/2', now: '…2026-10-31 25/2; 2026-11-01… 10', unit: 'm3' },
      },
    ]);
  });

  it('leaves everything alone while only the words for it changed', () => {
    const { store } = started(`${GAS}, gas: { calorificValue: 36 MJ/m3 metered }`);
    started(`${GAS}, gas: { calorificValue: 10 kWh/m3 (metered) }`, store);
    expect(eventsOf(store)).toEqual([]);
    expect(store.work.take('close', 10)).toEqual([]);
  });

  it('reads what a database says that knew one undated factor', () => {
    const { store } = started(`${GAS}, energyFactor: city-gas-13a`);
    const text = store.facts.get('site') ?? '';
    const old = text.replace(
      /"kwhFactors":\[.*?\](?=,"|\})/,
      '"kwhPerUnit":{"fraction":"25/2"},"kwhFactor":"city-gas-13a"',
    );
    expect(old).toContain('"kwhPerUnit"');
    store.write(() => store.facts.put('site', old));
    expect(recallSite(store)?.specs[0]?.kwhFactors).toEqual([
      { from: null, to: null, kwhPerUnit: rational(25n, 2n), label: 'city-gas-13a', basis: null },
    ]);
    expect(instant(START)).toBe(START);
  });
});
