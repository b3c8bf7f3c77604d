/** Site files, spoilt: a list of problems that each have a place in the file, or a site that is right; never an accident. */
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { channelSpecs } from '../../config/channel-specs.ts';
import { checkSiteText, loadSiteKnowledge } from '../../config/load-site.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import type { Random } from '../scenarios/support/random.ts';
import { fuzz, inputsFor, LIMIT_MS, SEED, spoil } from './support/mutate.ts';
import { SMALL_SITES, spoilValues, type Tree, WHOLE_DEMO, written } from './support/site-files.ts';

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

/** So many of 1,000 inputs are made of the whole demo. */
const WHOLE_PERMILLE = 5;
/** So many are as they should be, and so many of the others are spoilt as text. */
const RIGHT_PERMILLE = 20;
const TEXT_PERMILLE = 500;

const trees = new Map([...SMALL_SITES, WHOLE_DEMO].map((text) => [text, parse(text) as Tree]));

function sourceFrom(random: Random): string {
  const text = random.chance(WHOLE_PERMILLE) ? WHOLE_DEMO : random.pick(SMALL_SITES);
  if (random.chance(RIGHT_PERMILLE)) return text;
  if (random.chance(TEXT_PERMILLE))
    return new TextDecoder().decode(spoil(new TextEncoder().encode(text), random, TOKENS));
  return written(spoilValues(trees.get(text) ?? {}, random));
}

it('what is spoilt here is right as long as it is not', () => {
  const knowledge = loadSiteKnowledge();
  expect(SMALL_SITES.length).toBeGreaterThan(20);
  for (const [text, tree] of trees)
    for (const source of [text, written(tree)])
      expect(checkSiteText('site.yaml', source, { knowledge }).problems, source).toEqual([]);
});

it(`site files (seed ${SEED})`, { timeout: LIMIT_MS * 3 }, async () => {
  // Not under test: what a site file may refer to.
  const knowledge = loadSiteKnowledge();
  const tally = { refused: 0, right: 0 };
  const inputs = inputsFor(4);
  await fuzz('checkSiteText', inputs, (random) => {
    const source = sourceFrom(random);
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
  expect(tally.right).toBeGreaterThan(inputs / 25);
});
