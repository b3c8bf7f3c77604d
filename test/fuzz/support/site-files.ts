/**
 * Right site files to spoil, nearly all of them small: what is written in docs/site-file.md, each meter of the demo on
 * its own, and one with every section. Spoilt as a person's text, or as the values it stands for.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Random } from '../../scenarios/support/random.ts';

export type Tree = { [key: string]: unknown };

const DEMO = readFileSync(new URL('../../../config/sites/demo.yaml', import.meta.url), 'utf8');
const DOC = readFileSync(new URL('../../../docs/site-file.md', import.meta.url), 'utf8');

const SECTIONS = `site: { id: works, timezone: Asia/Kolkata, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { lan: { kind: modbus-tcp, host: 192.168.0.10 }, pins: { kind: gpio, chip: gpiochip0 } }
meters: { main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
alarm: { chip: gpiochip0, output: 4, activeLow: true, on: [meter-offline, storage] }
mqtt: { url: mqtts://broker.example:8883, username: u, password: { env: MQTT_PASSWORD }, caFile: ca.pem, window: 5 }
coefficients: { ruleSet: fy2023, download: { url: "https://example.jp/c.csv", schedule: "30 18 * * *", timeout: 10 s } }
retention: { evidence: 1 min, readings: 40 d, messages: 20 d }
dashboard: { host: 127.0.0.1, port: 8080 }
`;

/** A block of keys, each value as one line of JSON: YAML that people do not write and programs do. */
export function written(tree: Tree): string {
  const isMap = (value: unknown): value is Tree =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  return Object.entries(tree)
    .map(([key, value]) => {
      if (!isMap(value)) return `${JSON.stringify(key)}: ${JSON.stringify(value) ?? ''}\n`;
      const lines = Object.entries(value).map(
        ([name, one]) => `  ${JSON.stringify(name)}: ${JSON.stringify(one) ?? ''}\n`,
      );
      return `${JSON.stringify(key)}:\n${lines.join('')}`;
    })
    .join('');
}

function demoInPieces(): string[] {
  const { site, gateway, lines, meters } = parse(DEMO) as { lines: Tree; meters: Tree } & Tree;
  return Object.entries(meters).map(([id, meter]) => {
    const { parent: _parent, ...own } = meter as Tree & { line: string };
    return written({ site, gateway, lines: { [own.line]: lines[own.line] }, meters: { [id]: own } });
  });
}

const documented = [...DOC.matchAll(/```yaml\n(site:[\s\S]*?)```/g)].map(([, text]) => text ?? '');

/** Each is right as it stands. The demo as a whole takes six times as long as the others. */
export const SMALL_SITES: readonly string[] = [SECTIONS, ...documented, ...demoInPieces()];
export const WHOLE_DEMO = DEMO;

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  248,
  1e21,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '0 kW',
  '-1 kW',
  '600 kW',
  '1e9 kW',
  '0.1 m3',
  '50000 pulse/kWh',
  '1 s',
  '3 d',
  '200/5',
  '1/0',
  '999999999999999999999/1',
  '15 °C',
  '0x10',
  'gpio',
  'generic',
  'modbus-rtu',
  '2027-04-01',
  '2027-02-30',
  'constructor',
  '10 constructor',
  '5 toString',
  '1 pulse/valueOf',
  '2 __proto__',
  '\u2028',
  'x'.repeat(300),
  [],
  [null],
  {},
  { a: { b: [{ c: 1 }] } },
];
const NAMES = ['__proto__', 'constructor', 'id', 'unit', 'map', 'ct', 'input', 'x', '', '1', 'pulseWeight'];

interface Place {
  readonly holder: Tree | unknown[];
  readonly key: string | number;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value as Tree, key });
    placesIn((value as Tree)[key], found);
  }
  return found;
}

const at = ({ holder, key }: Place): unknown => (holder as Tree)[key];
const put = ({ holder, key }: Place, value: unknown): void =>
  void Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });

/** One to three values changed for others, for those of other places, doubled, renamed, or left out. */
export function spoilValues(tree: Tree, random: Random): Tree {
  const spoilt = structuredClone(tree);
  for (let n = random.int(1, 3); n > 0; n--) {
    const places = placesIn(spoilt);
    if (places.length === 0) return spoilt;
    const place = random.pick(places);
    const kinds: (() => void)[] = [
      () => put(place, structuredClone(random.pick(VALUES))),
      () => put(place, structuredClone(random.pick(VALUES))),
      () => put(place, structuredClone(at(random.pick(places)))),
      () => void delete (place.holder as Tree)[place.key],
      () => put({ ...place, key: random.pick(NAMES) }, structuredClone(at(place))),
      () => put({ ...place, key: `${place.key}-2` }, structuredClone(at(place))),
    ];
    random.pick(kinds)();
  }
  return spoilt;
}
