/** The keys of the alarm contact in a site file: what is right, and what is said of the rest. */
import { expect, test } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';

const HEAD = `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: 127.0.0.1 }
  pins: { kind: gpio, chip: gpiochip0, major: 2 }
meters:
  main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }
  gas: { line: pins, input: 17, type: pulse, pulseWeight: 1 m3, role: gas, rated: 60 m3/h }
`;

const check = (alarm: string, language: 'en' | 'ja' = 'en') =>
  checkSiteText('/etc/hakaru/site.yaml', `${HEAD}${alarm}\n`, { language });
const said = (alarm: string, language?: 'en' | 'ja') =>
  check(alarm, language).problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`);

test('off unless it is written', () => {
  expect(check('').site?.alarm).toBeNull();
});

test('the whole of it', () => {
  expect(check('alarm: { chip: gpiochip0, output: 27, on: [meter-offline, clock] }').site?.alarm).toEqual({
    chip: 'gpiochip0',
    output: 27,
    activeLow: false,
    on: ['meter-offline', 'clock'],
    gpioset: 'gpioset',
    major: null,
  });
  const { site } = check(
    'alarm: { chip: gpiochip1, output: ALARM, activeLow: true, on: [storage], gpioset: ./bin/gpioset, major: 2 }',
  );
  expect(site?.alarm).toMatchObject({ output: 'ALARM', activeLow: true, major: 2 });
  expect(site?.alarm?.gpioset).toBe('/etc/hakaru/bin/gpioset');
});

test('what is wrong has its place and its sentence', () => {
  expect(said('alarm: { chip: gpiochip0, output: 27 }')).toEqual(['9:1 `on` is missing']);
  expect(said('alarm: { chip: gpiochip0, output: 27, on: [meters] }')[0]).toMatch(/^9:\d+ /);
  expect(said('alarm: { chip: gpiochip0, output: 17, on: [clock] }')).toEqual([
    '9:35 output 17 of gpiochip0 is already an input: of meter `gas`',
  ]);
  expect(said('alarm: { chip: gpiochip0, output: 17, on: [clock] }', 'ja')[0]).toContain('警報接点');
  expect(said('alarm: { chip: gpiochip1, output: ALARM, on: [clock], major: 1 }')).toEqual([
    '9:35 gpioset of libgpiod 1 knows no names such as `ALARM`',
  ]);
});
