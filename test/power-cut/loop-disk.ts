/** A disk of its own in a file, with ext4 on it, whose power can be cut: what was not yet on it is lost. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LoopDisk {
  readonly folder: string;
  /** From now on nothing reaches the disk, and what is not on it yet never does. */
  cutPower(): void;
  /** Power again: the file system plays its journal. */
  restore(): void;
  remove(): void;
}

function run(command: string, ...args: readonly string[]): string {
  try {
    return execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `A disk of its own needs root, loop devices and the Debian packages e2fsprogs, mount and xfsprogs. (${reason})`,
      { cause },
    );
  }
}

/** @throws Error on a machine that does not let us */
export function createLoopDisk(megabytes = 256): LoopDisk {
  const place = mkdtempSync(join(tmpdir(), 'hakaru-power-'));
  const folder = join(place, 'mounted');
  mkdirSync(folder);
  let image = join(place, 'disk-0.img');
  let device = '';
  let cuts = 0;
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  run('mkfs.ext4', '-q', image);

  function plugIn(): void {
    device = run('losetup', '--find', '--show', image);
    run('mount', device, folder);
  }
  function pullOut(): void {
    run('umount', '--lazy', folder);
    run('losetup', '--detach', device);
    rmSync(image);
  }
  plugIn();
  return {
    folder,
    cutPower: () => void run('xfs_io', '-x', '-c', 'shutdown', folder),
    restore() {
      // A copy of what reached the disk: the dead file system lives on as long as any container on this machine holds it.
      const next = join(place, `disk-${++cuts}.img`);
      copyFileSync(image, next);
      pullOut();
      image = next;
      plugIn();
    },
    remove() {
      pullOut();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
