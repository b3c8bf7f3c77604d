/** What a sound site file becomes: exact ratios, folded units, every default, absolute paths. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSiteText, loadSite } from '../../config/load-site.ts';
import { ConfigError } from '../../config/problems.ts';
import type { SiteConfig } from '../../config/types.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { known } from './known.ts';

const HEAD = `site: { id: factory, gridArea: tokyo }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: plc.local }
  bus: { kind: modbus-rtu-over-tcp, host: 10.0.0.9, port: 4001, baudRate: 19200, parity: even, stopBits: 1 }
`;

function load(rest: string): SiteConfig {
  const { site, problems } = checkSiteText('/etc/hakaru/site.yaml', HEAD + rest, { knowledge: known });
  if (!site) throw new Error(JSON.stringify(problems, null, 1));
  return site;
}

/** A site with one meter, for looking at that meter. */
function meter(fields: string): SiteConfig['meters'][number] {
  const [first] = load(`meters: { m: { line: lan, unit: 1, ${fields} } }`).meters;
  if (!first) throw new Error('no meter');
  return first;
}

describe('exact numbers', () => {
  it('reads ratios and factors as written, not through a float', () => {
    const exact = meter(
      'type: test-secondary, role: sub, rated: 0.1 kW, ct: 200/5, vt: 6600/110, multiplier: 0.1',
    );
    expect(exact).toMatchObject({
      ct: rational(40n),
      vt: rational(60n),
      multiplier: rational(1n, 10n),
      ratedPerHour: rational(1n, 10n),
    });
  });

  it('keeps more digits than a float has', () => {
    expect(
      meter('type: test-secondary, role: sub, rated: 1 kW, multiplier: 1.00000000000000000001').multiplier,
    ).toEqual(rational(100_000_000_000_000_000_001n, 100_000_000_000_000_000_000n));
  });

  it.each([
    ['100 L', rational(1n, 10n)],
    ['0.1 m3', rational(1n, 10n)],
    ['10 L/pulse', rational(1n, 100n)],
    ['1 m³', rational(1n)],
  ])('weighs a gas pulse of %s', (weight, expected) => {
    const gas = meter(`type: test-pulses, input: 2, pulseWeight: ${weight}, role: gas, rated: 60 m3/h`);
    expect(gas).toMatchObject({
      pulseWeight: expected,
      input: 2,
      channels: ['gas-volume'],
      kwhFactors: {},
    });
  });

  it('takes a constant in pulse/kWh for the secondary side: 6600/110 V, 200/5 A, 50,000 pulse/kWh is 0.048 kWh', () => {
    const service = meter(
      'type: test-pulses, input: 1, pulseWeight: 50000 pulse/kWh, role: grid-import, rated: 600 kW, ct: 200/5, vt: 6600/110',
    );
    expect(service).toMatchObject({
      pulseWeight: rational(6n, 125n),
      ct: rational(1n),
      vt: rational(1n),
      channels: ['energy-import'],
    });
  });

  it('folds the units of a map into its scales', () => {
    const map =
      'map: { table: input, wordOrder: lsw, channels: { energy-import: { address: 0x10, type: u32, scale: 0.1, unit: Wh, ratio: secondary } }, gauges: { power: { address: 4, type: s16, scale: 0.01, unit: kW }, power-factor: { address: 5, type: s16, unit: "%" } } }';
    const { type } = meter(`type: generic, role: sub, rated: 5 kW, ${map}`);
    expect(type.channels['energy-import']).toEqual({
      table: 'input',
      address: 16,
      type: 'u32',
      wordOrder: 'lsw',
      scale: rational(1n, 10_000n),
      unit: 'kWh',
      step: rational(1n),
      wrapsAt: null,
      ratio: 'secondary',
    });
    expect(type.gauges.power).toMatchObject({ scale: rational(10n), unit: 'W' });
    expect(type.gauges['power-factor']).toMatchObject({ scale: rational(1n, 100n), unit: '1' });
    expect(type).toMatchObject({
      id: 'generic',
      limits: { maxRegisters: 60, responseMs: 500 },
      updateMs: 0,
      status: 'unverified',
    });
  });

  it('weighs 13A city gas with 12.5 kWh per m³', () => {
    const gas = meter(
      'type: test-pulses, input: 2, pulseWeight: 1 m3, role: gas, rated: 60 m3/h, energyFactor: city-gas-13a',
    );
    expect(gas).toMatchObject({
      kwhFactors: {
        'gas-volume': [{ kwhPerUnit: rational(25n, 2n), label: 'city-gas-13a (45 GJ/1000 m³, 省エネ法)' }],
      },
    });
  });
});

const circuit = (id: string, address: number): string =>
  `  ${id}: { line: lan, unit: 3, type: generic, role: sub, rated: 5 kW, map: { channels: { energy-import: { address: ${address}, type: u32, unit: kWh, ratio: primary } } } }\n`;

describe('channels', () => {
  it.each([
    ['type: test-primary, role: grid-import, rated: 1 MW', ['energy-import']],
    ['type: test-primary, role: grid-export, rated: 1 MW', ['energy-export']],
    ['type: test-secondary, role: grid-export, rated: 1 MW', ['energy-import']],
    ['type: test-primary, role: generation-pv, rated: 1 MW', ['energy-import']],
    ['type: test-primary, role: generation-pv, rated: 1 MW, channels: [energy-export]', ['energy-export']],
    ['type: test-pulses, input: 1, pulseWeight: 10 kg, role: steam, rated: 2 t/h', ['steam-mass']],
    ['type: test-pulses, input: 1, pulseWeight: 1 MJ, role: steam, rated: 2 GJ/h', ['heat']],
    ['type: test-pulses, input: 1, pulseWeight: 10 L, role: water, rated: 30 L/min', ['water-volume']],
    [
      'type: test-pulses, input: 1, pulseWeight: 10 L, role: other, channels: [gas-volume], rated: 30 L/min',
      ['gas-volume'],
    ],
  ])('%s', (fields, expected) => {
    expect(meter(fields).channels).toEqual(expected);
  });

  it('are one to each circuit where circuits of one device are mapped one by one', () => {
    expect(load(`meters:\n${circuit('a', 0)}${circuit('b', 2)}`).meters).toHaveLength(2);
  });
});

describe('defaults and paths', () => {
  const site = load(`meters: { m: { line: lan, unit: 1, type: test-primary, role: sub, rated: 1 kW } }
mqtt: { url: mqtts://broker, username: u, password: { file: secret.txt }, caFile: ../ca.pem, certFile: /c.pem, keyFile: k.pem }
coefficients: { download: { url: "http://127.0.0.1:8000/a.json" } }
`);

  it('fills in everything that is left out', () => {
    expect(site.site).toEqual({ id: 'factory', name: 'factory', timezone: 'Asia/Tokyo', gridArea: 'tokyo' });
    expect(site.clock).toEqual({ trust: 'auto' });
    expect(site.dashboard).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(site.lines[0]).toEqual({ id: 'lan', kind: 'modbus-tcp', host: 'plc.local', port: 502 });
    expect(site.meters[0]).toMatchObject({
      name: 'm',
      intervalMs: 5_000,
      parent: null,
      input: null,
      pulseWeight: null,
      kwhFactors: { 'energy-import': [{ kwhPerUnit: rational(1n), label: null }] },
    });
    expect(site.coefficients).toEqual({
      ruleSet: null,
      methods: [],
      downloads: [
        {
          url: 'http://127.0.0.1:8000/a.json',
          schedule: '30 18 * * *',
          caFile: null,
          timeoutMs: 30_000,
          maxBytes: 1_000_000,
          spreadMs: 300_000,
        },
      ],
      topic: null,
      folder: null,
      occto: null,
      tomorrowByMinute: 19 * 60,
    });
  });

  it('takes paths from the folder of the file', () => {
    expect(site.mqtt).toEqual({
      url: 'mqtts://broker',
      clientId: 'hakaru-factory-gw1',
      username: 'u',
      password: { file: '/etc/hakaru/secret.txt' },
      caFile: '/etc/ca.pem',
      certFile: '/c.pem',
      keyFile: '/etc/hakaru/k.pem',
      window: 20,
      publishTimeoutMs: 10_000,
      liveIntervalMs: 5_000,
    });
  });

  it('has neither broker nor download unless they are written', () => {
    expect(
      load('meters: { m: { line: lan, unit: 1, type: test-primary, role: sub, rated: 1 kW } }'),
    ).toMatchObject({
      mqtt: null,
      coefficients: { ruleSet: null, methods: [], downloads: [], topic: null, folder: null, occto: null },
    });
  });

  it('sets a serial line as its meters leave the factory when nothing is written', () => {
    const rest = 'meters: { m: { line: b, unit: 1, type: test-secondary, role: sub, rated: 1 kW } }';
    const { site: serial } = checkSiteText(
      '/s.yaml',
      HEAD.replace('  bus:', '  b: { kind: modbus-rtu, port: /dev/ttyS0 }\n  bus:') + rest,
      { knowledge: known },
    );
    expect(serial?.lines[1]).toEqual({
      id: 'b',
      kind: 'modbus-rtu',
      port: '/dev/ttyS0',
      baudRate: 19_200,
      parity: 'even',
      stopBits: 1,
    });
  });
});

describe('loading', () => {
  it('takes the demo factory with the catalog as it is', () => {
    const { site } = loadSite(join(import.meta.dirname, '../../config/sites/demo.yaml'));
    const all = site.meters.map(({ id, channels }) => `${id} ${channels.join()}`);
    expect(all).toHaveLength(19);
    expect(all).toEqual(
      expect.arrayContaining([
        'main energy-import',
        'service energy-import',
        'furnace energy-import',
        'gas gas-volume',
        'heat-gas gas-volume',
        'steam steam-mass',
      ]),
    );
  });

  it('names a file that is not there', () => {
    expect(() => loadSite('/nowhere/site.yaml')).toThrow(CodedError);
    expect(() => loadSite('/nowhere/site.yaml')).toThrow(
      'file-missing: The file /nowhere/site.yaml cannot be read: it does not exist.',
    );
  });

  it('refuses a broken file whole, with all its problems', () => {
    let caught: unknown;
    try {
      loadSite(join(import.meta.dirname, 'broken.yaml'), { knowledge: known });
    } catch (error) {
      caught = error;
    }
    if (!(caught instanceof ConfigError)) throw new Error('it was not refused');
    expect(caught.fault).toMatchObject({ code: 'config-invalid', about: { count: 4 } });
    expect(caught.problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '2:1 gateway',
      '2:32 site.gridArea',
      '3:1 gatewya',
      '5:11 meters.主幹',
    ]);
  });
});
