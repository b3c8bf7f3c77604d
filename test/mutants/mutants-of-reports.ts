import type { Mutant } from './mutant.ts';

const REPORT = 'gateway/domain/report';
const JULY = 'test/report/the-managers-july.test.ts';

/** The figures that people hand in. */
export const OF_REPORTS: readonly Mutant[] = [
  {
    name: 'each printed part is rounded by itself',
    file: `${REPORT}/rounding.ts`,
    find: 'shown: at(plusExact(from, exact)) - at(from), digits };',
    replace: 'shown: at(exact), digits };',
    test: 'test/report/printed-sums.property.test.ts',
    story: 'printed hours, days and months add up, in one report and from one to another',
  },
  {
    name: 'a change from year to year is rounded',
    file: `${REPORT}/rounding.ts`,
    find: 'return (now.num * before.den * 1000n) / (now.den * before.num);',
    replace: 'return (now.num * before.den * 2000n + now.den * before.num) / (2n * now.den * before.num);',
    test: 'test/report/worked-examples.test.ts',
    story: '97/99 → 97.9: truncated, not rounded',
  },
  {
    name: 'the mean over five years begins with the first change there is',
    file: `${REPORT}/intensity.ts`,
    find: 'const [a, b, c, d] = changes.slice(-4);',
    replace: 'const [a, b, c, d] = changes;',
    test: 'test/report/worked-examples.test.ts',
    story: '99, 97.9, 100, 100 % → 99.2 %: the geometric mean of the last four',
  },
  {
    name: 'a factor of CO2 stays however often it is published anew',
    file: `${REPORT}/carbon.ts`,
    find: 'if (said.entry.published >= known) newest.set(key, said as Co2Entry);',
    replace: 'if (!newest.has(key)) newest.set(key, said as Co2Entry);',
    test: JULY,
    story:
      'CO2: the newest publication of the year wins; gas 2.05 per 1000 m³, oil GJ × tC/GJ × 44/12, wood none',
  },
  {
    name: 'what the site paid for itself has no weight',
    file: `${REPORT}/non-fossil.ts`,
    find: "part(weight ? multiply(gj, weight.value) : gj, 'GJ'),",
    replace: "part(gj, 'GJ'),",
    test: JULY,
    story: 'non-fossil ratio: PV × 8.64 × 1.2, wood as it is, the share of the menu as entered',
  },
  {
    name: 'demand response counts by the wrong announcement',
    file: `${REPORT}/responses.ts`,
    find: "return direction === 'up' ? name !== 'tight' : name !== 'curtailment';",
    replace: "return direction === 'up' ? name !== 'curtailment' : name !== 'tight';",
    test: JULY,
    story:
      'days of demand response: several in one day count once; up while tight and down in curtailment do not',
  },
  {
    name: 'a second demand response of the day takes the place of the first',
    file: `${REPORT}/entries.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of the product
    find: 'return `${entry.date}/${entry.direction}/${entry.fromHour}-${entry.toHour}`;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of the product
    replace: 'return `${entry.date}/${entry.direction}`;',
    test: JULY,
    story:
      'days of demand response: several in one day count once; up while tight and down in curtailment do not',
  },
  {
    name: 'the maximum of the site is that of the meters that were read',
    file: 'gateway/report/read-tallies.ts',
    find: 'if (demand.channels < channels) continue;',
    replace: '',
    test: JULY,
    story: 'two supplies: no maximum of the site where one of them was not measured',
  },
];
