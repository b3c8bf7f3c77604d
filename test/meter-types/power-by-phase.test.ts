/**
 * Power by phase tells a CT that is turned round by its name (`phase-reversed`) instead of as a poor power factor. So
 * each type whose register facts are sure (agreed on by two sources, or the maker's own) reads it.
 */
import { expect, it } from 'vitest';
import { openMeterTypes } from '../../config/meter-types.ts';

const PHASES = ['power-l1', 'power-l2', 'power-l3'] as const;
/** Three-phase types of which the facts do not have it, or not surely. */
const NOT_KNOWN =
  'carlo-gavazzi-em112 eastron-sdm120 eastron-sdm220 eastron-sdm230 abb-b21 bge-ws100 hiking-dds238 inepro-pro1 peacefair-pzem-016 mitsubishi-me96ss omron-km-n1 omron-km50-c1 panasonic-kw1m panasonic-kw1m-h panasonic-kw8m panasonic-kw9m eastron-sdm72d-m generic-ddm18sd'.split(
    ' ',
  );

const catalog = openMeterTypes();
const types = [...catalog.keys()].flatMap((id) => catalog.get(id) ?? []);

it('is read of all types but those of one phase, and those of which it is not surely known', () => {
  const without = types.filter(
    ({ id, channels, gauges }) =>
      channels['energy-import'] && PHASES.some((name) => !gauges[name]) && !NOT_KNOWN.includes(id),
  );
  expect(without.map(({ id }) => id)).toEqual([]);
  expect(types.filter(({ gauges }) => gauges['power-l1'])).toHaveLength(29);
});

it.each(
  types.filter(({ gauges }) => PHASES.some((name) => gauges[name])).map((type) => [type.id, type] as const),
)('%s: three registers of their own, each as the total is', (_, { gauges }) => {
  const { power } = gauges;
  const parts = PHASES.map((name) => gauges[name]);
  const addresses = [power, ...parts].map((map) => `${map?.table}/${map?.address}`);
  expect(new Set(addresses).size).toBe(4);
  for (const part of parts) {
    const { address: _own, ...form } = part ?? expect.fail('a phase is not there');
    const { address: _total, ...whole } = power ?? expect.fail('there is no total');
    expect(form).toEqual(whole);
  }
});
