/** Site files, spoilt: a list of problems that each have a place in the file, or a site that is right; never an accident. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { channelSpecs } from '../../config/channel-specs.ts';
import { checkSiteText, loadSiteKnowledge } from '../../config/load-site.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { fuzz, inputsFor, LIMIT_MS, SEED, spoil } from './support/mutate.ts';

const DEMO = new URL('../../config/sites/demo.yaml', import.meta.url);

const SMALL = `site: { id: works, name: Works, timezone: Asia/Tokyo, gridArea: kyushu }
gateway: { id: gw1 }
lines:
  rs485: { kind: modbus-rtu, port: /dev/ttyUSB0, baudRate: 9600, parity: none, stopBits: 1 }
  lan: { kind: modbus-tcp, host: 192.168.0.10, port: 502 }
meters:
  main: { name: 受電, line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }
  press: { name: Press, line: rs485, unit: 2, type: eastron-sdm630, role: sub, parent: main, rated: 250 kW }
`;

const TOKENS = [
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!binary ',
  '|',
  '>',
  '#',
  '\t',
  '\n',
  '\n  ',
  '"',
  "'",
  'null',
  '~',
  '.inf',
  '1e999',
  '0x10',
  '-1',
  '99999999999999999999',
  '__proto__: {}',
  'constructor',
  'meters:\n',
  'lines:\n',
  'unit: 248',
  'rated: 0 kW',
  'Asia/Nowhere',
  '\u2028',
  '<<: *a',
];

it(`site files (seed ${SEED})`, { timeout: LIMIT_MS * 3 }, async () => {
  const knowledge = loadSiteKnowledge();
  const good = [SMALL, SMALL, SMALL, readFileSync(DEMO, 'utf8')];
  const tally = { refused: 0, right: 0 };
  const inputs = inputsFor(8);
  await fuzz('checkSiteText', inputs, (random) => {
    const text = random.pick(good);
    const source = random.chance(50)
      ? text
      : new TextDecoder().decode(spoil(new TextEncoder().encode(text), random, TOKENS));
    const lines = source.split('\n').length;
    try {
      const { site, problems, warnings } = checkSiteText('site.yaml', source, { knowledge });
      for (const { line, column, reason } of [...problems, ...warnings])
        if (!(line >= 1 && line <= lines + 1 && column >= 1) || reason === '' || reason.includes('undefined'))
          throw new Error(`${line}:${column} ${reason}`);
      if ((site === null) !== problems.length > 0) throw new Error('a site with problems, or none without');
      if (!site) {
        tally.refused += 1;
        return;
      }
      tally.right += 1;
      const ids = new Set(site.lines.map(({ id }) => id));
      if (!site.meters.every(({ line }) => ids.has(line))) throw new Error('a meter on no line');
      for (const { ratedPerHour, scale } of channelSpecs(site))
        if (ratedPerHour.num <= 0n || scale.unitsPerCount.num <= 0n || scale.unitsPerCount.den <= 0n)
          throw new Error('a channel that cannot count');
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      tally.refused += 1;
    }
  });
  expect(tally.refused).toBeGreaterThan(inputs / 4);
  expect(tally.right).toBeGreaterThan(inputs / 50);
});
