/** How `gpioset` is called to hold the alarm contact, and that it is called once more to switch it off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gpiosetArgs, holdingScript } from '../../drivers/output/gpioset-text.ts';

const CONTACT = { chip: 'gpiochip0', output: 27, activeLow: false } as const;

it('each major in its own words, to hold and to set once', () => {
  expect(gpiosetArgs(1, CONTACT, true, 'hold')).toEqual(['--mode=signal', 'gpiochip0', '27=1']);
  expect(gpiosetArgs(1, CONTACT, false, 'once')).toEqual(['--mode=exit', 'gpiochip0', '27=0']);
  expect(gpiosetArgs(2, CONTACT, true, 'hold')).toEqual([
    '--banner',
    '--consumer=hakaru',
    '--chip=gpiochip0',
    '27=1',
  ]);
  expect(gpiosetArgs(2, { ...CONTACT, activeLow: true, output: 'ALARM' }, false, 'once')).toEqual([
    '--toggle=0',
    '--consumer=hakaru',
    '--active-low',
    '--chip=gpiochip0',
    'ALARM=0',
  ]);
});

it('whoever held the input of the script and is gone: the contact is switched off', async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-gpioset-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "gpioset of the electrician's");
  const log = join(folder, 'log');
  // Holds until it is ended, as the real one does; sets and ends when it is asked to.
  writeFileSync(
    program,
    `#!/bin/sh\necho "$*" >> '${log}'\ncase "$1" in --toggle=0) exit 0;; esac\nexec sleep 60\n`,
  );
  chmodSync(program, 0o755);
  const told = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  const child = spawn('/bin/sh', ['-c', holdingScript(2, program, CONTACT, true)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await expect.poll(told, { timeout: 20_000 }).toHaveLength(1);
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
  expect(told()).toEqual([
    '--banner --consumer=hakaru --chip=gpiochip0 27=1',
    '--toggle=0 --consumer=hakaru --chip=gpiochip0 27=0',
  ]);
});
