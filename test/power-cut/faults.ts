/**
 * `node test/power-cut/faults.ts [io-error] [slow] [read-only]`: disks that fail on demand below a running gateway. Each
 * must get its name in the log and in the MQTT status, the meter must be read each second all the time, and all must be well by itself when the fault
 * is over. Needs root, FUSE, loop devices and the Debian packages nbdkit, libnbd-bin, fuse3 and e2fsprogs. Not part of
 * `npm test`. Exit code 1: something of that did not happen.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StorageState } from '../../gateway/domain/storage.ts';
import { subscribe } from '../support/subscriber.ts';
import { answersAfter, longestPause, NOTHING_LOST_MS } from '../support/trouble.ts';
import { openWorks } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const MEGABYTES = 64;
const WAIT_MS = 60_000;
/** A fault goes on for so long after it was named, ms. */
const LASTS_MS = 20_000;

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).trim();

interface FaultyDisk {
  fail(): void;
  heal(): void;
  remove(): Promise<void>;
}

function image(place: string, ...options: readonly string[]): string {
  const path = join(place, 'disk.img');
  writeFileSync(path, '');
  truncateSync(path, MEGABYTES * 1024 * 1024);
  run('mkfs.ext4', '-q', ...options, path);
  return path;
}

/** A block device whose every write does this first while the fault lasts. */
async function nbdDisk(folder: string, onWrite: string): Promise<FaultyDisk> {
  const place = mkdtempSync(join(tmpdir(), 'hakaru-nbd-'));
  // Without a journal: ext4 makes itself read-only when its journal cannot be written, which is another story.
  const path = image(place, '-O', '^has_journal');
  const trigger = join(place, 'trigger');
  const file = join(place, 'device');
  writeFileSync(file, '');
  const server: ChildProcess = spawn(
    'nbdfuse',
    [
      file,
      '--command',
      'nbdkit',
      '-s',
      'eval',
      `get_size=stat -Lc %s ${path}`,
      `pread=dd if=${path} skip=$4 count=$3 iflag=count_bytes,skip_bytes bs=1M status=none`,
      `pwrite=if [ -e ${trigger} ]; then ${onWrite}; fi; dd of=${path} seek=$4 conv=notrunc oflag=seek_bytes bs=1M status=none`,
      'flush=exit 0',
    ],
    { stdio: 'ignore' },
  );
  const size = () => Number(run('stat', '-c', '%s', file));
  await eventually(() => size() > 0, 'nbdfuse serves the disk', WAIT_MS);
  run('mount', '-o', 'loop', file, folder);
  return {
    fail: () => writeFileSync(trigger, ''),
    heal: () => rmSync(trigger, { force: true }),
    async remove() {
      rmSync(trigger, { force: true });
      run('umount', folder);
      const gone = new Promise((resolve) => server.once('exit', resolve));
      run('fusermount3', '-u', file);
      await gone;
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** ext4 that finds an error and makes itself read-only; a person repairs it and mounts it again. */
function readOnlyDisk(folder: string): FaultyDisk {
  const place = mkdtempSync(join(tmpdir(), 'hakaru-ro-'));
  let path = image(place);
  let device = run('losetup', '--find', '--show', path);
  const mount = () => run('mount', '-o', 'errors=remount-ro', device, folder);
  mount();
  return {
    fail: () => writeFileSync(`/sys/fs/ext4/${device.replace('/dev/', '')}/trigger_fs_error`, '1'),
    heal() {
      run('umount', '--lazy', folder);
      const repaired = join(place, 'repaired.img');
      copyFileSync(path, repaired);
      try {
        run('e2fsck', '-f', '-y', repaired);
      } catch {
        // It says with its exit code that it has repaired something.
      }
      run('losetup', '--detach', device);
      path = repaired;
      device = run('losetup', '--find', '--show', path);
      mount();
    },
    async remove() {
      run('umount', '--lazy', folder);
      run('losetup', '--detach', device);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

const FAULTS: Readonly<
  Record<
    string,
    {
      readonly state: StorageState;
      /** The gateway begins anew on the repaired disk: what waited in memory is made good by the registers. */
      readonly beginsAnew?: boolean;
      disk(folder: string): Promise<FaultyDisk>;
    }
  >
> = {
  'io-error': {
    state: 'io-error',
    disk: (folder) => nbdDisk(folder, 'echo EIO the disk is broken >&2; exit 1'),
  },
  slow: { state: 'slow', disk: (folder) => nbdDisk(folder, 'sleep 1.5') },
  'read-only': { state: 'read-only', beginsAnew: true, disk: async (folder) => readOnlyDisk(folder) },
};

async function tell(name: string): Promise<boolean> {
  const fault = FAULTS[name];
  if (!fault) throw new Error(`no such fault: ${name}; there are ${Object.keys(FAULTS).join(', ')}`);
  const place = await openWorks();
  mkdirSync(place.dataDir, { recursive: true });
  const disk = await fault.disk(place.dataDir);
  const cloud = await subscribe(place.factory.brokerUrl);
  const problems: string[] = [];
  try {
    const running = await place.run();
    const storage = () => cloud.statuses.at(-1)?.storage?.state;
    await eventually(() => place.readings('main').length > 0, 'readings are kept', WAIT_MS);
    await eventually(() => storage() === 'ok', 'the disk is well', WAIT_MS);
    disk.fail();
    const failedMs = Date.now();
    await eventually(
      () => storage() === fault.state,
      () => `${fault.state}: ${storage()} ${running.printed()}`,
      WAIT_MS,
    );
    const namedMs = Date.now();
    if (!running.printed().includes(`ledger-${fault.state}`)) problems.push('the log does not say it');
    // Longer than one commit takes then.
    await delay(LASTS_MS);
    if (fault.beginsAnew) await place.meterIs('main', 'is read all the same', answersAfter(namedMs + 2_000));
    disk.heal();
    const healedMs = Date.now();
    await eventually(
      () => storage() === 'ok',
      () => `well again: ${storage()} ${running.printed()}`,
      WAIT_MS,
    );
    const wellMs = Date.now();
    await place.meterIs('main', 'is read after it', answersAfter(wellMs));
    await eventually(
      () =>
        place.look((store) =>
          store.channels.all().some(({ id }) => (store.readings.head(id)?.reading.atMs ?? 0) > wellMs),
        ),
      'readings are kept again',
      WAIT_MS,
    );
    if (running.child.exitCode !== null) problems.push(`the gateway ended with ${running.child.exitCode}`);
    if (place.look((store) => store.eras.of(1).length) !== 1) problems.push('the channel began anew');
    const pauseMs = longestPause(place, 'main');
    if (!fault.beginsAnew && pauseMs > NOTHING_LOST_MS)
      problems.push(`the meter was not read for ${pauseMs} ms`);
    say(
      JSON.stringify({
        fault: name,
        namedAfterMs: namedMs - failedMs,
        overAfterMs: wellMs - healedMs,
        longestPauseOfReadingsMs: pauseMs,
        states: cloud.statuses.map(({ storage: of }) => of?.state ?? null),
        problems,
      }),
    );
  } catch (error) {
    const states = cloud.statuses.map(({ storage: of }) => of?.state ?? null).join();
    problems.push(`${states}: ${error instanceof Error ? error.message.slice(0, 3_000) : String(error)}`);
    say(JSON.stringify({ fault: name, problems }));
  } finally {
    disk.heal();
    await cloud.close();
    await place.end().catch(() => {});
    await disk.remove().catch((error: unknown) => say(String(error)));
    if (existsSync(place.folder)) rmSync(place.folder, { recursive: true, force: true });
  }
  return problems.length === 0;
}

const wanted = process.argv.slice(2);
let good = true;
for (const name of wanted.length > 0 ? wanted : Object.keys(FAULTS)) good = (await tell(name)) && good;
process.exitCode = good ? 0 : 1;
