/** An installer starts the gateway by hand and reads its log; under systemd the same log is JSON. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fault } from '../../gateway/domain/faults.ts';
import { terminalLine } from '../../gateway/platform/terminal-line.ts';
import { works } from '../support/trouble.ts';
import { eventually } from '../uplink/support/eventually.ts';

const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
const AT = new Date(2026, 10, 22, 9, 5, 3).toISOString();
const line = (rest: object): string => `${JSON.stringify({ level: 30, time: AT, ...rest })}\n`;

test('a line has the time of the wall, what happened and about what', () => {
  expect(terminalLine(line({ meter: 'press', before: 'ok', after: null, msg: 'meter health' }), 'en')).toBe(
    '09:05:03 meter health meter=press before=ok\n',
  );
});

test('a fault is a sentence, in the language of the terminal', () => {
  const unset = fault('clock-untrusted', { now: '1970-01-01' });
  const told = (language: 'en' | 'ja') =>
    terminalLine(line({ level: 40, fault: unset, msg: 'hours are held back' }), language);
  expect(told('en')).toMatch(
    /^09:05:03 warning: hours are held back\n +clock-untrusted: The clock .*1970-01-01/,
  );
  expect(told('ja')).toMatch(/^09:05:03 注意: .*\n +clock-untrusted: .*時計/);
});

test('on a terminal `hakaru run` talks to people, into a pipe it writes JSON', async (context) => {
  const place = await works(context);
  const command = `${process.execPath} ${MAIN} run --config ${place.sitePath} --data ${place.dataDir}`;
  const shown = spawn('socat', ['-u', `EXEC:${command},pty`, 'STDOUT'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LANG: 'C', LC_ALL: 'C' },
  });
  const ended = new Promise((resolve) => shown.once('close', resolve));
  let text = '';
  shown.stdout.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  context.onTestFinished(async () => {
    shown.kill('SIGTERM');
    await ended;
  });
  await eventually(
    () => /^\d\d:\d\d:\d\d meter health meter=main before=waiting after=ok\r?$/m.test(text),
    () => text,
  );
  expect(text).not.toContain('{"level"');
});
