/** Pulse inputs in the site file: what they become, and what is refused with its place. */
import { describe, expect, it } from 'vitest';
import { channelSpec } from '../../config/channel-specs.ts';
import { checkSiteText } from '../../config/load-site.ts';
import { siteText } from './support/gpio.ts';

const GAS = 'gas: { line: pins, input: 17, type: pulse, pulseWeight: 100 L, role: gas, rated: 60 m3/h }';
const MAIN =
  'main: { line: pins, input: 22, type: service-pulse, role: grid-import, rated: 600 kW, ct: 200/5, vt: 6600/110, timingInput: 27 }';
const LINE = '{ kind: gpio, chip: gpiochip0 }';

function check(line: string, ...meters: string[]) {
  return checkSiteText('/etc/hakaru/site.yaml', siteText(line, meters));
}

describe('a sound file', () => {
  it('fills in what is left out', () => {
    const { site } = check(LINE, GAS, MAIN);
    expect(site?.lines[0]).toEqual({
      id: 'pins',
      kind: 'gpio',
      chip: 'gpiochip0',
      gpiomon: 'gpiomon',
      major: null,
    });
    const [gas, main] = site?.meters ?? [];
    expect(gas).toMatchObject({
      intervalMs: 1_000,
      input: null,
      pulse: {
        input: 17,
        filter: { kind: 'pulse', ms: 20 },
        activeLow: false,
        bias: 'as-is',
        timingInput: null,
      },
    });
    expect(main?.pulse).toMatchObject({ input: 22, filter: { kind: 'edge', ms: 10 }, timingInput: 27 });
  });

  it('takes everything that can be written', () => {
    const line = '{ kind: gpio, chip: /dev/gpiochip4, gpiomon: bin/gpiomon, major: 2 }';
    const rest = 'filter: { kind: edge, ms: 30 }, activeLow: true, bias: pull-up, interval: 5 s';
    const { site } = check(line, GAS.replace('input: 17', `input: METER_A, ${rest}`));
    expect(site?.lines[0]).toMatchObject({ gpiomon: '/etc/hakaru/bin/gpiomon', major: 2 });
    expect(site?.meters[0]?.pulse).toEqual({
      input: 'METER_A',
      filter: { kind: 'edge', ms: 30 },
      activeLow: true,
      bias: 'pull-up',
      timingInput: null,
    });
  });

  it.each([
    // 6600/110 × 200/5 = 2,400; 2,400 / 50,000 = 0.048 kWh.
    [MAIN, 6n, 125n],
    [GAS, 1n, 10n],
    [
      GAS.replace('role: gas', 'role: sub').replace('100 L', '0.1 kWh/pulse').replace('60 m3/h', '60 kW'),
      1n,
      10n,
    ],
    [
      GAS.replace('role: gas', 'role: sub')
        .replace('100 L', '1000 pulse/kWh, ct: 200/5')
        .replace('60 m3/h', '60 kW'),
      1n,
      25n,
    ],
  ])('a pulse of %s', (text, num, den) => {
    const [meter] = check(LINE, text).site?.meters ?? [];
    const spec = meter && channelSpec(meter, meter.channels[0] ?? 'heat');
    expect(spec).toMatchObject({ keptBy: 'gateway', scale: { unitsPerCount: { num, den } } });
  });
});

describe('the role `other`', () => {
  const other = (weight: string, rated: string) =>
    `m: { line: pins, input: 3, type: pulse, pulseWeight: ${weight}, role: other, rated: ${rated} }`;

  it('with the service pulse is electricity: the utility counts nothing else by it', () => {
    const { site, problems } = check(LINE, MAIN.replace('grid-import', 'other'));
    expect(problems).toEqual([]);
    expect(site?.meters[0]?.channels).toEqual(['energy-import']);
  });

  it.each([
    ['50 pulse/kWh', '60 kW', ['energy-import', 'energy-export', 'heat']],
    ['1 m3', '60 m3/h', ['gas-volume', 'water-volume']],
  ])('with pulses of %s is asked for the channels that they can count', (weight, rated, names) => {
    const { problems } = check(LINE, other(weight, rated));
    const offered = names.map((name) => `\`channels: [${name}]\``).join(' / ');
    expect(problems.map(({ advice }) => advice)).toEqual([`add ${offered}`]);
    for (const name of names) {
      const named = other(weight, rated).replace('role: other', `role: other, channels: [${name}]`);
      expect(check(LINE, named).site?.meters[0]?.channels).toEqual([name]);
    }
  });
});

describe('what is refused', () => {
  const modbus = (text: string) =>
    check(LINE, GAS)
      .source.replace('meters:', '  lan: { kind: modbus-tcp, host: plc }\nmeters:')
      .concat(`  ${text}\n`);
  const cases: readonly (readonly [marked: string, reason: string, advice: string])[] = [
    [
      siteText(LINE, [`▶${GAS.replace(' pulseWeight: 100 L,', '')}`]),
      '`pulseWeight` is missing',
      'add `pulseWeight',
    ],
    [siteText(LINE, [`▶${GAS.replace(' input: 17,', '')}`]), '`input` is missing', 'add `input: 1`'],
    [
      siteText(LINE, [GAS.replace('100 L', '▶50 pulse/kWs')]),
      'pulse/kWs is the test constant',
      'output constant',
    ],
    [siteText(LINE, [GAS.replace('100 L', '▶5 kWh')]), 'a pulse of gas-volume cannot weigh', 'm3'],
    [siteText(LINE, [GAS.replace('input: 17', 'input: 17, unit: ▶1')]), '`unit` has no meaning', 'remove it'],
    [
      siteText(LINE, [GAS.replace('input: 17', 'input: 17, interval: ▶10 s')]),
      'at least every 5 s',
      'interval: 1 s',
    ],
    [siteText(LINE, [GAS.replace('input: 17', 'input: ▶"17"')]), '`input`', 'input: 1'],
    [
      siteText(LINE, [GAS.replace('input: 17', 'input: 17, bias: ▶up')]),
      '`up` is not a value of `bias`',
      'pull-up',
    ],
    [
      siteText(LINE, [GAS.replace('type: pulse', 'type: ▶eastron-sdm630')]),
      'is no pulse contact',
      'type: pulse',
    ],
    [
      siteText(LINE, [`▶${GAS.replace('100 L', '0.1 L')}`]),
      'sends 167 pulses a second; a filter of pulse 20 ms',
      'ms: 2 }',
    ],
    [siteText(LINE, [`▶${GAS.replace('100 L', '0.01 L')}`]), 'up to 200', 'counter module'],
    [
      siteText(LINE, [GAS.replace('100 L', '1 L, ▶filter: { kind: edge, ms: 60 }')]),
      'sends 16.7 pulses a second; a filter of edge 60 ms',
      'ms: 53 }',
    ],
    [siteText(LINE, [`▶${MAIN.replace(' ct: 200/5,', '')}`]), '`ct` is missing', '`ct: 1`'],
    [
      siteText(LINE, [MAIN.replace('vt:', 'pulseWeight: ▶1000 pulse/kWh, vt:')]),
      'by its definition',
      'type: pulse',
    ],
    [
      siteText(LINE, [GAS, GAS.replace('gas:', 'gas2:').replace('17', '▶17')]),
      'input 17 of line `pins` is already used by `gas`',
      'wired',
    ],
    [siteText(LINE, [GAS, MAIN.replace('27', '▶17')]), 'already used by `gas`', 'wired'],
    [
      siteText('{ kind: gpio, chip: c, major: 1 }', [GAS.replace('17', '▶METER_A')]),
      'libgpiod 1 knows no names',
      'gpiofind METER_A',
    ],
    [
      siteText(`${LINE}\n  more: { kind: gpio, chip: ▶/dev/gpiochip0 }`, [GAS]),
      'uses the chip of line `pins`',
      'one line',
    ],
    [siteText('{ kind: gpio }', [GAS]).replace('pins:', '▶pins:'), '`chip` is missing', 'chip: gpiochip0'],
    [siteText('{ kind: gpio, chip: c, major: ▶3 }', [GAS]), '`major`', ''],
    [
      modbus('▶m: { line: lan, type: schneider-iem3155, role: sub, rated: 5 kW }'),
      '`unit` is missing',
      'add `unit: 1`',
    ],
    [
      modbus('m: { line: lan, unit: 1, type: schneider-iem3155, role: sub, rated: 5 kW, activeLow: ▶true }'),
      '`activeLow` belongs to meters on a line of kind gpio',
      'remove it',
    ],
    [
      modbus('m: { line: lan, unit: 1, type: ▶pulse, input: 1, pulseWeight: 1 L, role: gas, rated: 5 m3/h }'),
      'line `lan` is none',
      'type of the module',
    ],
  ];
  it.each(cases)('%s', (marked, reason, advice) => {
    const before = marked.slice(0, marked.indexOf('▶')).split('\n');
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    const text = marked.replace('▶', '');
    const { problems } = checkSiteText('/etc/hakaru/site.yaml', text);
    expect(problems.slice(1).map((one) => `${one.line}:${one.column} ${one.reason}`)).toEqual([]);
    expect(problems[0]?.reason).toContain(reason);
    expect(problems[0]?.advice).toContain(advice);
    expect(`${problems[0]?.line}:${problems[0]?.column}`).toBe(place);
  });
});
