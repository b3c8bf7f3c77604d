/** What a machine knows of the time: a time service, a battery clock, a hand, or nobody who could say. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../gateway/platform/system-clock.ts';
import { watchTimeSource } from '../../gateway/platform/time-source.ts';

interface Machine {
  readonly timedatectl?: string;
  readonly chronyc?: string;
  /** What the battery clock shows, s since 1970. */
  readonly battery?: number;
  /** Of systemd-timesyncd; false: it runs and has not heard its server. */
  readonly file?: boolean;
}

/** A machine with these programs in its PATH and nothing else. */
async function trustOn(
  { timedatectl, chronyc, battery, file }: Machine,
  setting: 'auto' | 'manual' = 'auto',
) {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-time-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = (name: string, text: string | undefined): void => {
    if (text !== undefined) writeFileSync(join(folder, name), `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
  };
  program('timedatectl', timedatectl);
  program('chronyc', chronyc);
  if (battery !== undefined) {
    mkdirSync(join(folder, 'rtc', 'rtc0'), { recursive: true });
    writeFileSync(join(folder, 'rtc', 'rtc0', 'since_epoch'), `${battery}\n`);
  }
  const timesync = join(folder, 'timesync');
  if (file !== undefined) mkdirSync(timesync);
  if (file) writeFileSync(join(timesync, 'synchronized'), '');
  vi.stubEnv('PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const source = await watchTimeSource({
    file: join(timesync, 'synchronized'),
    batteries: join(folder, 'rtc'),
  });
  return systemClock(setting, source).trust();
}

const NOW_S = Math.floor(Date.now() / 1000);
const CHRONY = (leap: string) =>
  `C0A80101,192.168.1.1,2,1790000000.1,0.00001,0.0,0.0,-1.2,0.0,0.1,0.01,0.002,64.2,${leap}`;

test.each([
  ['systemd-timesyncd has heard its server', { file: true }, 'ntp'],
  ['the kernel’s flag says so', { timedatectl: 'yes' }, 'ntp'],
  ['chrony without systemd', { chronyc: CHRONY('Normal') }, 'ntp'],
  ['no server, a battery', { timedatectl: 'no', battery: NOW_S - 30 }, 'rtc'],
  ['no server, a battery of local time', { timedatectl: 'no', battery: NOW_S + 9 * 3600 }, 'rtc'],
  ['no server, a dead battery', { timedatectl: 'no', battery: 946_684_800 }, 'untrusted'],
  ['no server, no battery', { timedatectl: 'no' }, 'untrusted'],
  ['chrony waits for its server, no battery', { chronyc: CHRONY('Not synchronised') }, 'untrusted'],
  ['a container that sees the folder of systemd-timesyncd', { file: false }, 'untrusted'],
  ['nobody who could say, as in a container', {}, 'rtc'],
] as const)('%s', async (_, machine: Machine, trust) => {
  expect(await trustOn(machine)).toBe(trust);
});

test('a closed LAN is believed as it stands', async () => {
  expect(await trustOn({ timedatectl: 'no' }, 'manual')).toBe('manual');
});
