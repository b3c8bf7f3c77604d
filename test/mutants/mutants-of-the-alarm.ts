import type { Mutant } from './mutant.ts';

const TEXT = 'drivers/output/gpioset-text.ts';
const TOLD = 'test/alarm/what-gpioset-is-told.test.ts';

/** The one thing the gateway switches. */
export const OF_THE_ALARM: readonly Mutant[] = [
  {
    name: 'the contact is on while it should be off',
    file: TEXT,
    find: '{on ? 1 : 0}`;',
    replace: '{on ? 0 : 1}`;',
    test: TOLD,
    story: 'each major in its own words, to hold and to set once',
  },
  {
    name: 'nobody switches it off when the gateway is gone',
    file: TEXT,
    find: "    ...(on ? [command('once', false)] : []),",
    replace: '',
    test: TOLD,
    story: 'whoever held the input of the script and is gone: the contact is switched off',
  },
  {
    name: 'a program is called without quotes',
    file: TEXT,
    find: '[program, ...gpiosetArgs(major, output, value, how)].map(quoted)',
    replace: '[program, ...gpiosetArgs(major, output, value, how)]',
    test: TOLD,
    story: 'whoever held the input of the script and is gone: the contact is switched off',
  },
  {
    name: 'a contact that is on while its output is low is taken for the other kind',
    file: TEXT,
    find: "const low = activeLow ? ['--active-low'] : [];",
    replace: 'const low: string[] = activeLow ? [] : [];',
    test: 'test/alarm/the-contact.test.ts',
    story: 'a contact that is on while its output is low',
  },
  {
    name: 'an alarm for which nobody asked',
    file: 'config/build-site.ts',
    find: '  if (!alarm) return null;',
    replace: "  if (!alarm) return { chip: 'gpiochip0', output: 0, on: [] } as never;",
    test: 'test/alarm/site-file.test.ts',
    story: 'off unless it is written',
  },
];
