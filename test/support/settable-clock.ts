/** A clock of a child process that can be set while it runs (libfaketime): the wall clock steps, timers go on. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Works } from './works.ts';

/** @throws Error when the library is not installed; the story cannot be told then: npm run setup */
function fakeTimeLibrary(): string {
  const [found] = readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map(({ name }) => join('/usr/lib', name, 'faketime', 'libfaketimeMT.so.1'));
  if (!found) throw new Error('libfaketime is not installed: npm run setup');
  return found;
}

/**
 * @param options beginMs: what it shows beside the real time at first, ms; meters: they live in its time too, which is
 * so when left out
 */
export function settableClock(
  place: Works,
  options: { readonly beginMs?: number; readonly meters?: boolean } = {},
) {
  const { beginMs = 0, meters = true } = options;
  const path = join(place.folder, 'clock');
  let offsetMs = beginMs;
  const set = (ms: number): void => {
    offsetMs = ms;
    writeFileSync(path, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}\n`);
  };
  set(beginMs);
  const now = () => Date.now() + offsetMs;
  if (meters) place.live(now);
  const env = {
    LD_PRELOAD: fakeTimeLibrary(),
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { now, set, env };
}

/**
 * Stands in for `timedatectl` and `chronyc` of a machine: what they say of a time server.
 * @returns the PATH with them, and how to change what they say
 */
export function timeService(place: Works, first: 'yes' | 'no') {
  const folder = join(place.folder, 'time-service');
  mkdirSync(folder);
  const says = (answer: 'yes' | 'no'): void => writeFileSync(join(folder, 'answer'), `${answer}\n`);
  says(first);
  writeFileSync(join(folder, 'timedatectl'), `#!/bin/sh\ncat '${join(folder, 'answer')}'\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'chronyc'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  return { says, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } };
}
