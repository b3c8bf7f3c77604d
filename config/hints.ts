/** What a field looks like when it is right: shown beside every problem with it. Keys of maps are written `*`. */
import { DEMAND_HINTS, demandHint } from './demand-hints.ts';
import type { Path } from './places.ts';

interface Hint {
  readonly example: string;
  /** Bounds in words that need no translation. */
  readonly range?: string;
  /** Other names people use for the values. */
  readonly aliases?: Readonly<Record<string, string>>;
}

const AREA_ALIASES = {
  北海道: 'hokkaido',
  東北: 'tohoku',
  東京: 'tokyo',
  中部: 'chubu',
  北陸: 'hokuriku',
  関西: 'kansai',
  中国: 'chugoku',
  四国: 'shikoku',
  九州: 'kyushu',
  沖縄: 'okinawa',
  tepco: 'tokyo',
  kepco: 'kansai',
} as const;

const PARITY_ALIASES = { N: 'none', E: 'even', O: 'odd', n: 'none', e: 'even', o: 'odd' } as const;
const CHANNEL_EXAMPLE =
  '`energy-import: { table: holding, address: 100, type: u32, wordOrder: msw, scale: 0.01, unit: kWh, ratio: primary }`';

export const HINTS: Readonly<Record<string, Hint>> = {
  site: { example: '`site: { id: my-factory, gridArea: tokyo }`' },
  'site.id': { example: '`id: my-factory`' },
  'site.name': { example: '`name: 第一工場`' },
  'site.timezone': { example: '`timezone: Asia/Tokyo`' },
  'site.gridArea': { example: '`gridArea: tokyo`', aliases: AREA_ALIASES },
  gateway: { example: '`gateway: { id: gw1 }`' },
  'gateway.id': { example: '`id: gw1`' },
  clock: { example: '`clock: { trust: auto }`' },
  'clock.trust': { example: '`trust: auto`' },
  alarm: { example: '`alarm: { chip: gpiochip0, output: 27, on: [meter-offline, storage, clock] }`' },
  'alarm.chip': { example: '`chip: gpiochip0`' },
  'alarm.output': { example: '`output: 27`' },
  'alarm.activeLow': { example: '`activeLow: true`' },
  'alarm.on': { example: '`on: [meter-offline, storage, clock, ledger-salvaged]`' },
  'alarm.on.*': {
    example: '`on: [meter-offline, storage, clock, ledger-salvaged]`',
    aliases: {
      meter: 'meter-offline',
      offline: 'meter-offline',
      disk: 'storage',
      time: 'clock',
      demand: 'demand-warning',
    },
  },
  'alarm.gpioset': { example: '`gpioset: /usr/bin/gpioset`' },
  'alarm.major': { example: '`major: 2`' },
  lines: { example: '`lan: { kind: modbus-tcp, host: 192.168.1.20 }`' },
  'lines.*': { example: '`lan: { kind: modbus-tcp, host: 192.168.1.20 }`' },
  'lines.*.kind': {
    example: '`kind: modbus-tcp`',
    aliases: {
      rtu: 'modbus-rtu',
      tcp: 'modbus-tcp',
      rs485: 'modbus-rtu',
      'rs-485': 'modbus-rtu',
      modbus: 'modbus-rtu',
    },
  },
  'lines.*.host': { example: '`host: 192.168.1.20`' },
  'lines.*.port': { example: '`port: 502` (tcp) or `port: /dev/serial/by-id/…` (rtu)', range: '1…65535' },
  'lines.*.baudRate': { example: '`baudRate: 9600`' },
  'lines.*.parity': { example: '`parity: none`', aliases: PARITY_ALIASES },
  'lines.*.stopBits': { example: '`stopBits: 1`' },
  'lines.*.chip': { example: '`chip: gpiochip0`' },
  'lines.*.gpiomon': { example: '`gpiomon: /usr/bin/gpiomon`' },
  'lines.*.major': { example: '`major: 2`' },
  meters: {
    example: '`main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }`',
  },
  'meters.*': {
    example: '`main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }`',
  },
  'meters.*.name': { example: '`name: 受電`' },
  'meters.*.line': { example: '`line: lan`' },
  'meters.*.unit': { example: '`unit: 1`', range: '1…247 (0…255 on TCP)' },
  'meters.*.type': { example: '`type: eastron-sdm630`' },
  'meters.*.role': {
    example: '`role: grid-import`, or sub, gas, …',
    aliases: {
      main: 'grid-import',
      import: 'grid-import',
      export: 'grid-export',
      pv: 'generation-pv',
      chp: 'generation-chp',
      submeter: 'sub',
    },
  },
  'meters.*.parent': { example: '`parent: main`' },
  'meters.*.ct': { example: '`ct: 200/5`' },
  'meters.*.vt': { example: '`vt: 6600/110`' },
  'meters.*.multiplier': { example: '`multiplier: 10`' },
  'meters.*.registerMultiplier': { example: '`registerMultiplier: 0.1`' },
  'meters.*.input': { example: '`input: 1`', range: '1…64, on a gpio line 0…1023' },
  'meters.*.filter': { example: '`filter: { kind: pulse, ms: 20 }`' },
  'meters.*.filter.kind': { example: '`kind: pulse` or `kind: edge`' },
  'meters.*.filter.ms': { example: '`ms: 20`', range: '1…1000' },
  'meters.*.activeLow': { example: '`activeLow: true`' },
  'meters.*.bias': {
    example: '`bias: pull-up`',
    aliases: { up: 'pull-up', down: 'pull-down', none: 'disabled' },
  },
  'meters.*.timingInput': { example: '`timingInput: 27`' },
  'meters.*.pulseWeight': { example: '`pulseWeight: 0.1 m3` or `pulseWeight: 100 L`' },
  'meters.*.rated': { example: '`rated: 600 kW` or `rated: 60 m3/h`' },
  'meters.*.interval': { example: '`interval: 5 s` (200 ms to 5 min)' },
  'meters.*.pause': { example: '`pause: 100 ms` (1 ms to 2 s)' },
  'meters.*.refresh': { example: '`refresh: 60 s` (100 ms to 15 min)' },
  'meters.*.channels': { example: '`channels: [energy-import]`' },
  'meters.*.channels.*': { example: '`channels: [energy-import]`' },
  'meters.*.energyFactor': { example: '`energyFactor: city-gas-13a`' },
  'meters.*.gas': {
    example:
      '`gas: { counts: metered, temperature: 15 °C, gaugePressure: 2 kPa, calorificValue: 45 MJ/Nm3 }`',
  },
  'meters.*.gas.counts': {
    example: '`counts: metered`',
    aliases: { Nm3: 'normal', 'Nm³': 'normal', ntp: 'normal', line: 'metered', SATP: 'satp' },
  },
  'meters.*.gas.temperature': {
    example: '`temperature: 15 °C` (−50 to 100 °C; or `{ meter: flow, gauge: temperature }`)',
  },
  'meters.*.gas.gaugePressure': {
    example: '`gaugePressure: 2 kPa` (0 to 1 MPa; or `{ meter: flow, gauge: pressure }`)',
  },
  'meters.*.gas.atmosphericPressure': { example: '`atmosphericPressure: 101.325 kPa` (50 to 110 kPa)' },
  'meters.*.gas.calorificValue': { example: '`calorificValue: 45 MJ/Nm3` (1 to 200 MJ)' },
  'meters.*.gas.from': { example: '`from: 2027-04-01`' },
  'meters.*.from.meter': { example: '`meter: header`' },
  'meters.*.from.gauge': {
    example: '`gauge: pressure`',
    aliases: {
      'gauge-pressure': 'pressure',
      absolute: 'pressure-absolute',
      temp: 'temperature',
      圧力: 'pressure',
      温度: 'temperature',
    },
  },
  'meters.*.steam': { example: '`steam: { gaugePressure: 0.7 MPa, feedWater: 20 °C }`' },
  'meters.*.steam.state': {
    example: '`state: saturated`',
    aliases: { 飽和: 'saturated', 湿り: 'wet', 過熱: 'superheated', dry: 'saturated' },
  },
  'meters.*.steam.gaugePressure': {
    example: '`gaugePressure: 0.7 MPa` (0 to 16.4 MPa; or `{ meter: header, gauge: pressure }`)',
  },
  'meters.*.steam.feedWater': {
    example: '`feedWater: 20 °C` (0 to 349 °C; or `{ meter: tank, gauge: temperature }`)',
  },
  'meters.*.steam.atmosphericPressure': { example: '`atmosphericPressure: 101.325 kPa` (50 to 110 kPa)' },
  'meters.*.steam.enthalpy': { example: '`enthalpy: 2900 kJ/kg` (1 to 5000 kJ/kg)' },
  'meters.*.steam.from': { example: '`from: 2027-04-01`' },
  'meters.*.map': { example: `\`map: { channels: { … } }\`` },
  mqtt: { example: '`mqtt: { url: mqtts://broker.example:8883 }`' },
  'mqtt.url': { example: '`url: mqtts://broker.example:8883`' },
  'mqtt.clientId': { example: '`clientId: factory-1`' },
  'mqtt.username': { example: '`username: factory-1`' },
  'mqtt.password': { example: '`password: { file: mqtt-password }`' },
  'mqtt.password.file': { example: '`file: mqtt-password`' },
  'mqtt.password.env': { example: '`env: MQTT_PASSWORD`' },
  'mqtt.caFile': { example: '`caFile: ca.pem`' },
  'mqtt.certFile': { example: '`certFile: client.pem`' },
  'mqtt.keyFile': { example: '`keyFile: client-key.pem`' },
  'mqtt.window': { example: '`window: 20`', range: '1…1000' },
  'mqtt.publishTimeout': { example: '`publishTimeout: 10 s` (1 s to 5 min)' },
  'mqtt.liveInterval': { example: '`liveInterval: 5 s` (200 ms to 1 h)' },
  ...DEMAND_HINTS,
  coefficients: { example: '`coefficients: { ruleSet: fy2023 }`' },
  calendar: { example: '`calendar: { holidays: [{ from: 12-29, to: 01-03 }], workdays: [2026-11-21] }`' },
  'calendar.holidays': { example: '`holidays: [{ from: 12-29, to: 01-03 }, 2026-08-14]`' },
  'calendar.holidays.*': {
    example: '`2026-08-14`, `{ from: 2026-08-12, to: 2026-08-16 }`, or `12-30` for each year',
  },
  'calendar.holidays.*.from': { example: '`from: 2026-08-12`, or `from: 12-29` for each year' },
  'calendar.holidays.*.to': { example: '`to: 2026-08-16`, or `to: 01-03` for each year' },
  'calendar.workdays': { example: '`workdays: [2026-11-21]`' },
  'calendar.workdays.*': { example: '`2026-11-21`, or `{ from: 2026-11-21, to: 2026-11-22 }`' },
  'calendar.workdays.*.from': { example: '`from: 2026-11-21`' },
  'calendar.workdays.*.to': { example: '`to: 2026-11-22`' },
  'calendar.publicHolidays': { example: '`publicHolidays: false`' },
  'coefficients.ruleSet': { example: '`ruleSet: fy2023`' },
  'coefficients.method': {
    example: '`method: monthly` or `method: { 2026: monthly }`',
  },
  'coefficients.download': { example: '`download: { url: https://…, schedule: "30 18 * * *" }`' },
  'coefficients.download.url': { example: '`url: https://example.com/coefficients.json`' },
  'coefficients.download.schedule': { example: '`schedule: "30 18 * * *"`' },
  'coefficients.download.spread': { example: '`spread: 5 min` (1 s to 1 h)' },
  'coefficients.download.caFile': { example: '`caFile: ca.pem`' },
  'coefficients.download.timeout': { example: '`timeout: 30 s` (1 s to 5 min)' },
  'coefficients.download.maxBytes': { example: '`maxBytes: 1000000`', range: '1000…10000000' },
  'coefficients.downloads': {
    example: '`downloads: { cloud: { url: https://… }, spare: { url: https://… } }`',
  },
  'coefficients.downloads.*': { example: '`cloud: { url: https://…, schedule: "30 18 * * *" }`' },
  'coefficients.downloads.*.url': { example: '`url: https://example.com/coefficients.json`' },
  'coefficients.downloads.*.schedule': { example: '`schedule: "30 18 * * *"`' },
  'coefficients.downloads.*.spread': { example: '`spread: 5 min` (1 s to 1 h)' },
  'coefficients.downloads.*.caFile': { example: '`caFile: ca.pem`' },
  'coefficients.downloads.*.timeout': { example: '`timeout: 30 s` (1 s to 5 min)' },
  'coefficients.downloads.*.maxBytes': { example: '`maxBytes: 1000000`', range: '1000…10000000' },
  'coefficients.topic': { example: '`topic: factory/coefficients`' },
  'coefficients.folder': { example: '`folder: /mnt/share/coefficients`' },
  'coefficients.occto': { example: '`occto: { schedule: "30 18,20,22 * * *" }`' },
  'coefficients.occto.url': { example: '`url: "https://…?from={from}&to={to}"`' },
  'coefficients.occto.schedule': { example: '`schedule: "30 18 * * *"`' },
  'coefficients.occto.spread': { example: '`spread: 5 min` (1 s to 1 h)' },
  'coefficients.occto.caFile': { example: '`caFile: ca.pem`' },
  'coefficients.occto.timeout': { example: '`timeout: 30 s` (1 s to 5 min)' },
  'coefficients.occto.maxBytes': { example: '`maxBytes: 1000000`', range: '1000…10000000' },
  'coefficients.occto.tightDays': { example: '`tightDays: { publication: day-before, below: 5 % }`' },
  'coefficients.occto.tightDays.publication': { example: '`publication: day-before`' },
  'coefficients.occto.tightDays.below': { example: '`below: 5 %`' },
  'coefficients.tomorrowBy': { example: '`tomorrowBy: "19:00"`' },
  report: { example: '`report: { production: { name: 鋳物, unit: t } }`' },
  'report.production': { example: '`production: { name: 鋳物, unit: t }`' },
  'report.production.name': { example: '`name: 鋳物`' },
  'report.production.unit': { example: '`unit: t`' },
  'report.production.meter': { example: '`meter: weigher`' },
  'report.production.channel': { example: '`channel: steam-mass`' },
  'report.production.times': { example: '`times: 1000`' },
  'report.contracts': { example: '`contracts: [{ from: 2026-04, retailer: 電力株式会社, menu: 標準 }]`' },
  'report.contracts.*': { example: '`{ from: 2026-04, retailer: 電力株式会社, menu: 標準 }`' },
  'report.contracts.*.from': { example: '`from: 2026-04`' },
  'report.contracts.*.retailer': { example: '`retailer: 電力株式会社`' },
  'report.contracts.*.menu': { example: '`menu: 標準`' },
  'report.otherGateways': { example: '`otherGateways: [gw2]`' },
  'report.otherGateways.*': { example: '`otherGateways: [gw2]`' },
  'report.meters': { example: '`meters: { boiler-gas: { fuel: city-gas } }`' },
  'report.meters.*': { example: '`boiler-gas: { fuel: city-gas }`' },
  'report.meters.*.fuel': { example: '`fuel: city-gas`' },
  'report.meters.*.counts': { example: '`counts: industrial-steam`' },
  'report.meters.*.selfInvested': { example: '`selfInvested: false`' },
  dashboard: { example: '`dashboard: { host: 127.0.0.1, port: 8080 }`' },
  'dashboard.host': { example: '`host: 127.0.0.1`' },
  'dashboard.port': { example: '`port: 8080`', range: '0…65535' },
  // — register maps, in a meter type or under a meter's `map` —
  'map.maxRegisters': { example: '`maxRegisters: 60`', range: '1…125' },
  'map.limits': { example: '`limits: { maxRegisters: 60, responseMs: 500 }`' },
  'map.limits.maxRegisters': { example: '`maxRegisters: 60`', range: '1…125' },
  'map.limits.responseMs': { example: '`responseMs: 500`', range: '10…10000' },
  'map.responseMs': { example: '`responseMs: 500`', range: '10…10000' },
  'map.pauseMs': { example: '`pauseMs: 100`', range: '0…2000' },
  'map.limits.pauseMs': { example: '`pauseMs: 100`', range: '0…2000' },
  'map.updateMs': { example: '`updateMs: 1000`', range: '0…60000' },
  'map.wordOrder': { example: '`wordOrder: msw`' },
  'map.byteOrder': { example: '`byteOrder: msb`' },
  'map.table': { example: '`table: holding`' },
  'map.invalid': { example: '`invalid: { u32: [0xFFFFFFFF] }`' },
  'map.channels': { example: CHANNEL_EXAMPLE },
  'map.channels.*': { example: CHANNEL_EXAMPLE },
  'map.*.*.table': { example: '`table: holding` (function 03) or `input` (04)' },
  'map.*.*.address': { example: '`address: 0x48`', range: '0…65535' },
  'map.*.*.type': { example: '`type: u32`' },
  'map.*.*.wordOrder': { example: '`wordOrder: msw`' },
  'map.*.*.byteOrder': { example: '`byteOrder: msb`' },
  'map.*.*.decimals': { example: '`decimals: 2`', range: '0…9' },
  'map.*.*.multiplier': {
    example: '`multiplier: { address: 0x0512, type: s16, as: exponent }` or `multiplier: given`',
  },
  'map.*.*.plus': { example: '`plus: [805]` or `plus: [{ address: 102, times: 1000000 }]`' },
  'map.*.*.scale': { example: '`scale: 0.01`' },
  'map.*.*.unit': { example: '`unit: kWh`' },
  'map.*.*.step': { example: '`step: 0.01`' },
  'map.*.*.wrapsAt': { example: '`wrapsAt: 100000000`' },
  'map.settings': { example: '`settings: { ct-ratio: { address: 6, type: u16 } }`' },
  'map.*.*.ratio': { example: '`ratio: primary`' },
};

/** The key into {@link HINTS} for a path; map ids become `*`, register maps are looked up alike wherever they stand. */
export function hintFor(path: Path): string {
  // A change of gas or steam is written like the conditions that it changes.
  const steps = path.map(String).filter((step, i, all) => !(step === 'changes' || all[i - 1] === 'changes'));
  const [section, , field] = steps;
  if (section === 'demand' || section === 'notify') return demandHint(steps);
  if (section === 'lines' || section === 'meters') {
    if (field === 'gas' || field === 'steam') {
      const key = steps[4];
      // What is read is written alike everywhere; a fall-back like the constant.
      if (key === 'meter' || key === 'gauge') return `meters.*.from.${key}`;
      return ['meters', '*', ...steps.slice(2, key === 'fallback' ? 4 : undefined)].join('.');
    }
    if (field !== 'map' || steps.length === 3)
      return [section, ...steps.slice(1).map((step, index) => (index === 1 ? step : '*'))].join('.');
    return mapHint(steps.slice(3));
  }
  const key = steps.join('.');
  return Object.hasOwn(HINTS, key) ? key : mapHint(steps);
}

function mapHint(steps: readonly string[]): string {
  const exact = ['map', ...steps].join('.');
  if (HINTS[exact]) return exact;
  const wide = steps.length === 2 ? `map.${steps[0]}.*` : `map.*.*.${steps[2]}`;
  return HINTS[wide] ? wide : exact;
}
