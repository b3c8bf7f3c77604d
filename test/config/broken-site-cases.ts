/** A sound site file and the mistakes that broken-site-files.test.ts makes in it, one at a time. */
export const SOUND = `site:
  id: factory
  gridArea: kyushu
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: 192.168.1.20 }
  bus: { kind: modbus-rtu, port: /dev/ttyUSB0 }
meters:
  main: { line: lan, unit: 1, type: test-primary, role: grid-import, rated: 600 kW }
  press: { name: プレス, line: bus, unit: 2, type: test-secondary, role: sub, parent: main, rated: 250 kW, ct: 200/5 }
  gas:
    line: bus
    unit: 20
    type: test-pulses
    input: 1
    pulseWeight: 0.1 m3
    role: gas
    rated: 60 m3/h
    energyFactor: city-gas-13a
  plc:
    line: lan
    unit: 7
    type: generic
    role: other
    rated: 50 kW
    map:
      channels:
        energy-import: { address: 100, type: u32, scale: 0.01, unit: kWh, ratio: primary }
mqtt:
  url: mqtts://broker.example:8883
  username: factory
  password: { file: secret.txt }
coefficients:
  download:
    url: https://cloud.example/kyushu.json
    schedule: "30 18 * * *"
`;

export type Case = readonly [from: string, to: string, reason: string, advice: string];

export const YAML_CASES: readonly Case[] = [
  ['  id: factory', '  id: factory\n  ▶id: other', 'this key is written twice', 'keep one of the two'],
  ['gateway: { id: gw1 }', 'gateway: { id: gw1\n▶lines2: x', 'this is not YAML', 'check the indentation'],
  ['unit: 20', 'unit: ▶020', '`020` begins with a zero', 'write the number without it'],
  ['role: other', 'role: ▶*name', 'aliases (`*name`) are not supported', 'write the values out'],
  ['username: factory', 'username: ▶!secret x', 'this is not YAML: Unresolved tag', 'check'],
];

export const FIELD_CASES: readonly Case[] = [
  [
    'gridArea: kyushu',
    'gridArea: ▶kyusyu',
    '`kyusyu` is not a value of `gridArea`',
    'did you mean `kyushu`?',
  ],
  ['gridArea: kyushu', 'gridArea: ▶九州', '`九州` is not a value', 'did you mean `kyushu`?'],
  ['  gridArea: kyushu\n', '', '`gridArea` is missing', 'add `gridArea: tokyo`'],
  ['id: factory', 'id: ▶My Factory', '`My Factory` cannot be an id', 'e.g. `press-1`'],
  ['id: factory', 'id: ▶2026', '`id` cannot be a number', 'write `id: my-factory`'],
  [
    '  id: factory',
    '  id: factory\n  timezone: ▶Asia/Tokio',
    '`Asia/Tokio` is not a time zone',
    'did you mean `Asia/Tokyo`?',
  ],
  [
    '  id: factory',
    '  id: factory\n  timezone: ▶Asia/Kathmandu',
    'is 345 minutes from UTC, not a multiple of 30',
    'Asia/Tokyo',
  ],
  [
    '  id: factory',
    '  id: factory\n  timezone: ▶Australia/Lord_Howe',
    'moves its clocks by 30 minutes',
    'Asia/Tokyo',
  ],
  ['gateway:', '▶getaway: {}\ngateway:', '`getaway` is not known here', 'did you mean `gateway`?'],
  ['kind: modbus-tcp', 'kind: ▶tcp', '`tcp` is not a value of `kind`', 'did you mean `modbus-tcp`?'],
  [
    'host: 192.168.1.20',
    'host: ▶http://192.168.1.20',
    '`host` is not written as expected',
    'write `host: 192.168.1.20`',
  ],
  ['host: 192.168.1.20', 'host: 192.168.1.20, port: ▶70000', '`port` must be 1…65535', 'write `port: 502`'],
  [
    'host: 192.168.1.20',
    'host: 192.168.1.20, ▶baudRate: 9600',
    '`baudRate` is not known here',
    'kind, host, port',
  ],
  [
    'port: /dev/ttyUSB0',
    'port: /dev/ttyUSB0, baudRate: ▶9601',
    '`9601` is not a value of `baudRate`',
    'did you mean `9600`?',
  ],
  [
    'port: /dev/ttyUSB0',
    'port: /dev/ttyUSB0, parity: ▶E',
    '`E` is not a value of `parity`',
    'did you mean `even`?',
  ],
  ['unit: 2,', 'unit: ▶two,', '`unit` cannot be text', 'write `unit: 1`'],
  ['unit: 2,', 'unit: ▶300,', '`unit` must be 1…247', 'write `unit: 1`'],
  ['unit: 2,', 'unit: ▶0,', 'unit 0 is outside 1…247', '局番'],
  ['role: sub', 'role: ▶submeter', '`submeter` is not a value of `role`', 'did you mean `sub`?'],
  ['name: プレス', '▶nmae: プレス', '`nmae` is not known here', 'did you mean `name`?'],
  ['  plc:', '  ▶PLC 1:', '`PLC 1` cannot be an id', 'e.g. `press-1`'],
  ['ct: 200/5', 'ct: ▶200:5', '`ct` is not written as expected', 'write `ct: 200/5`'],
  ['ct: 200/5', 'multiplier: ▶-10', '`multiplier` is not written as expected', 'write `multiplier: 10`'],
  ['rated: 250 kW', 'rated: ▶250', '`250` has no unit', 'write `rated: 600 kW`'],
  ['rated: 250 kW', 'rated: ▶lots', '`rated` is not written as expected', 'write `rated: 600 kW`'],
  [
    'role: other',
    'role: other\n    interval: ▶50 ms',
    '`interval` is not written as expected',
    '200 ms to 5 min',
  ],
  [
    'role: other',
    'role: other\n    interval: ▶5',
    '`interval` is not written as expected',
    'write `interval: 5 s`',
  ],
  [
    'address: 100, type: u32',
    'address: 100, type: ▶i32',
    '`i32` is not a value of `type`',
    'did you mean `u32`?',
  ],
  [
    'address: 100, type: u32',
    'address: ▶70000, type: u32',
    '`address` must be 0…65535',
    'write `address: 0x48`',
  ],
  ['address: 100, type: u32', 'address: ▶65535, type: u32', 'would end beyond register 65535', '0-based'],
  [
    '        energy-import: {',
    '        ▶energy-imprt: { address: 1, type: u16, unit: kWh, ratio: primary }\n        energy-import: {',
    '`energy-imprt` is not known',
    'did you mean `energy-import`?',
  ],
  [
    'scale: 0.01, unit: kWh',
    'unit: ▶kVAh',
    '`kVAh` is not a unit of energy-import',
    'write one of kWh, Wh, MWh',
  ],
  [
    'ratio: primary }',
    'ratio: ▶first }',
    '`first` is not a value of `ratio`',
    'write one of: primary, secondary',
  ],
  [
    '        energy-import: { address: 100, type: u32,',
    '        ▶energy-import: { address: 100, type: f32,',
    'a float register needs `step`',
    'step: 0.01',
  ],
];

export const CROSS_CASES: readonly Case[] = [
  ['line: lan, unit: 1', 'line: ▶lam, unit: 1', 'there is no line `lam`', 'did you mean `lan`?'],
  [
    'type: test-primary',
    'type: ▶test-primry',
    'there is no meter type `test-primry`',
    'did you mean `test-primary`?',
  ],
  ['parent: main', 'parent: ▶mian', 'there is no meter `mian`', 'did you mean `main`?'],
  ['parent: main', 'parent: ▶press', '`press` cannot be its own parent', 'leave `parent` out'],
  [
    'role: grid-import',
    'role: grid-import, parent: ▶press',
    'in a circle: main → press → main',
    'nearest to the grid',
  ],
  [
    'energyFactor: city-gas-13a',
    'energyFactor: ▶city-gas-12a',
    'there is no energy factor `city-gas-12a`',
    'did you mean `city-gas-13a`?',
  ],
  ['parent: main', 'parent: main, energyFactor: ▶city-gas-13a', 'electricity is kWh already', 'remove it'],
  [
    'mqtt:',
    '  twin: { line: lan, unit: ▶1, type: test-primary, role: sub, rated: 5 kW }\nmqtt:',
    '`twin` and `main` are the same device: unit 1 on line `lan`',
    'its own unit',
  ],
  [
    'mqtt:',
    '  other: { line: lan, unit: ▶1, type: test-secondary, role: sub, rated: 5 kW }\nmqtt:',
    'unit 1 on line `lan` is a test-primary for `main`',
    'correct `unit` or `type`',
  ],
  [
    'mqtt:',
    '  gas2: { line: bus, unit: 20, type: test-pulses, input: ▶1, pulseWeight: 1 m3, role: gas, rated: 5 m3/h }\nmqtt:',
    'input 1 of unit 20 on line `bus` is already `gas`',
    'terminal number',
  ],
  [
    'mqtt:',
    '  plc2: { line: lan, unit: ▶7, type: generic, role: sub, rated: 5 kW, map: { channels: { energy-import: { address: 100, type: u16, unit: kWh, ratio: primary } } } }\nmqtt:',
    '`plc2` and `plc` count the same register',
    'a register of its own',
  ],
  [
    '  bus: { kind',
    '  ▶bus: { kind',
    'leave the factory with different settings: press 19200, slow 9600',
    'write `baudRate` for this line',
  ],
  [
    '  bus: { kind: modbus-rtu,',
    '  lan2: { kind: modbus-tcp, host: 192.168.1.20, port: ▶502 }\n  bus: { kind: modbus-rtu,',
    '`lan2` uses the port of line `lan`',
    'one line',
  ],
  ['    input: 1\n', '', '`test-pulses` counts pulses: `input` is missing', 'add `input: 1` (1, 2)'],
  ['input: 1', 'input: ▶3', '`test-pulses` has no input 3', 'write one of 1, 2'],
  [
    '    pulseWeight: 0.1 m3\n',
    '',
    '`test-pulses` counts pulses: `pulseWeight` is missing',
    '`pulseWeight: 0.1 m3`',
  ],
  ['pulseWeight: 0.1 m3', 'pulseWeight: ▶3.6 pulse/kWs', 'pulse/kWs is the test constant', '50000 pulse/kWh'],
  [
    'pulseWeight: 0.1 m3',
    'pulseWeight: ▶0.1 kWh',
    'a pulse of gas-volume cannot weigh `kWh`',
    'write a weight in m3, L',
  ],
  [
    'pulseWeight: 0.1 m3',
    'pulseWeight: 0.1 m3\n    ct: ▶200/5',
    'a weight in m3 per pulse is the primary side',
    'remove `ct`',
  ],
  [
    'parent: main',
    'parent: main, pulseWeight: ▶1 kWh',
    '`pulseWeight` belongs to pulse counters',
    'remove it',
  ],
  [
    'role: grid-import',
    'role: grid-import, ct: ▶200/5',
    '`test-primary` already reports primary values',
    'remove `ct`',
  ],
  [
    'role: grid-import',
    'role: ▶gas',
    'the role `gas` needs gas-volume, but `test-primary` has energy-import, energy-export',
    'correct `role`',
  ],
  [
    'role: sub, parent',
    'role: sub, ▶channels: [energy-export], parent',
    'the role `sub` needs',
    'correct `role` or `type`',
  ],
  ['rated: 60 m3/h', 'rated: ▶60 kW', '`kW` is not a rating for gas-volume', 'write it in m3/h'],
  ['    role: gas\n', '    role: other\n', 'does not follow from its role', 'channels: [gas-volume]'],
  [
    'type: test-primary, role',
    'type: test-primary, ▶map: {}, role',
    '`test-primary` brings its own register map',
    'remove `map`',
  ],
];

export const UPLINK_CASES: readonly Case[] = [
  ['{ file: secret.txt }', '▶hunter2', 'a secret must not stand in the site file', '`password: { file: … }`'],
  ['{ file: secret.txt }', '▶12345', 'a secret must not stand in the site file', '`password: { env: … }`'],
  [
    'mqtts://broker',
    '▶mqtts://user:pass@broker',
    'user and password do not belong in the URL',
    '`username:`',
  ],
  [
    'mqtts://broker.example:8883',
    '▶http://broker.example',
    '`url` is not written as expected',
    'mqtts://broker.example:8883',
  ],
  [
    'mqtts://broker.example:8883',
    '▶broker.example',
    '`url` is not written as expected',
    'mqtts://broker.example:8883',
  ],
  ['  username: factory\n', '', 'a password without a user name', 'add `username:`'],
  [
    'username: factory',
    'username: factory\n  certFile: ▶c.pem',
    '`certFile` and `keyFile` only work together',
    'add `keyFile`',
  ],
  [
    'username: factory',
    'username: factory\n  window: ▶5000',
    '`window` must be 1…1000',
    'write `window: 20`',
  ],
  ['https://cloud', '▶http://cloud', 'coefficients are downloaded over https', 'write `url: https://…`'],
  ['"30 18 * * *"', '▶"30 25 * * *"', 'not a cron expression: hour (25)', '18:30 every day'],
  [
    'coefficients:',
    'coefficients:\n  ruleSet: ▶fy2032',
    'there is no rule set `fy2032`',
    'did you mean `fy2023`?',
  ],
  ['mqtt:', 'dashboard: { port: ▶99999 }\nmqtt:', '`port` must be 0…65535', 'write `port: 8080`'],
];
