/**
 * What this machine knows of the time beside its clock: whether a time server has synchronised it since boot, whether
 * a battery clock kept it, and whether somebody set it while we watched.
 *
 * A machine without a battery goes on at boot with the time at which it was switched off (fake-hwclock,
 * systemd-timesyncd), so a clock that looks sound may be days late until a time server is heard.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** systemd-timesyncd makes this file when it has synchronised the clock since boot. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';
/** Says so of any time service: the kernel's own flag, which chrony and ntpd clear as well. */
const TIMEDATECTL = ['timedatectl', ['show', '--property=NTPSynchronized', '--value']] as const;
/** chrony without systemd: a line of CSV, the leap status is its last field. */
const CHRONYC = ['chronyc', ['-c', 'tracking']] as const;
const BATTERY_CLOCKS = '/sys/class/rtc';
/** A battery clock that keeps local time, or drifted for years, is still one; a dead one shows 1970 or 2000. */
const BATTERY_APART_MS = 86_400_000;

/** Trust is asked for with each reading; the file is looked for this often, ms … */
const LOOK_MS = 1_000;
/** … and the programs are asked this often, until one says yes. */
const ASK_MS = 10_000;
const ANSWER_MS = 5_000;
/** Wall and steady time drift apart by less than that in a day; more at once is a hand or a time server, ms. */
const SET_MS = 1_000;

/** `unknown`: nobody here could say, as in a container. */
export type Synchronised = 'yes' | 'no' | 'unknown';

export interface TimeSource {
  /** Since boot; once `yes` it stays. */
  synchronised(): Synchronised;
  /** Whether a battery clock agreed with the clock when the gateway was started. */
  readonly hasBattery: boolean;
  /** Whether the clock was set while we watched. */
  wasSet(): boolean;
}

function ask([program, args]: readonly [string, readonly string[]]): Promise<string | null> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    execFile(program, args, { timeout: ANSWER_MS, env }, (error, stdout) =>
      resolve(error ? null : stdout.trim()),
    );
  });
}

async function askPrograms(): Promise<Synchronised> {
  const flag = await ask(TIMEDATECTL);
  if (flag === 'yes') return 'yes';
  const tracking = await ask(CHRONYC);
  const leap = tracking?.split(',').at(-1);
  if (leap !== undefined) return leap === 'Not synchronised' ? 'no' : 'yes';
  return flag === 'no' ? 'no' : 'unknown';
}

function hasBatteryClock(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => {
      const seconds = Number(readFileSync(join(folder, name, 'since_epoch'), 'latin1'));
      return Math.abs(seconds * 1_000 - Date.now()) < BATTERY_APART_MS;
    });
  } catch {
    // None, or one that cannot be read.
    return false;
  }
}

/** @param file of systemd-timesyncd; where its folder is there it runs, and will make the file */
async function heard(file: string): Promise<Synchronised> {
  if (existsSync(file)) return 'yes';
  const said = await askPrograms();
  return said === 'unknown' && existsSync(dirname(file)) ? 'no' : said;
}

/** Resolves when the programs have answered once, within some seconds. Asks again only while it is used. */
export async function watchTimeSource(
  places: { readonly file?: string; readonly batteries?: string } = {},
): Promise<TimeSource> {
  const { file = SYNCHRONISED, batteries = BATTERY_CLOCKS } = places;
  const offset = (): number => Date.now() - performance.now();
  let lastOffsetMs = offset();
  let isSet = false;
  let answer = await heard(file);
  let lookedMs = performance.now();
  let askedMs = lookedMs;

  async function askAgain(): Promise<void> {
    const said = await heard(file);
    if (answer !== 'yes') answer = said;
  }

  function look(): void {
    const nowMs = performance.now();
    if (nowMs - lookedMs < LOOK_MS) return;
    lookedMs = nowMs;
    isSet ||= Math.abs(offset() - lastOffsetMs) > SET_MS;
    lastOffsetMs = offset();
    if (answer === 'yes') return;
    if (existsSync(file)) answer = 'yes';
    // Where nobody could say, nobody will.
    else if (answer === 'no' && nowMs - askedMs >= ASK_MS) {
      askedMs = nowMs;
      void askAgain();
    }
  }

  return {
    synchronised() {
      look();
      return answer;
    },
    hasBattery: hasBatteryClock(batteries),
    wasSet() {
      look();
      return isSet;
    },
  };
}
