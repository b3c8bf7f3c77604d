/** What the guard calls a disk, by what it hears of it. */
import { expect, test } from 'vitest';
import { createLog } from '../../gateway/platform/log.ts';
import { createStorageGuard, FAST_AGAIN, SLOW_MS } from '../../gateway/platform/storage-guard.ts';

const error = (code: string): Error => Object.assign(new Error(code), { code });

function guardOn(disk: { folder?: unknown; proof?: () => void } = {}) {
  let nowMs = 0;
  const states: string[] = [];
  let stale = 0;
  const guard = createStorageGuard({
    dataDir: '/data',
    log: createLog({ level: 'silent' }),
    now: () => nowMs,
    monotonicMs: () => nowMs,
    onChange: ({ state }) => states.push(state),
    onStale: () => (stale += 1),
    prove: () => disk.proof?.(),
    probe: () => disk.folder ?? null,
  });
  const fail = (code: string) =>
    guard.run(() => {
      throw error(code);
    });
  return { guard, states, fail, pass: (ms: number) => void (nowMs += ms), stale: () => stale };
}

test.for([
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['SQLITE_IOERR_FSYNC', 'io-error'],
  ['SQLITE_READONLY_DBMOVED', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_CORRUPT_INDEX', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_BUSY', 'unusable'],
] as const)('%s is %s', ([code, state]) => {
  const { guard, fail } = guardOn();
  expect(fail(code)).toBe(false);
  expect(guard.health().state).toBe(state);
  expect(guard.health().fault?.code).toBe(`ledger-${state}`);
});

test('an I/O error on a folder that is read-only or full is that', () => {
  for (const [code, state] of [
    ['EROFS', 'read-only'],
    ['ENOSPC', 'full'],
  ] as const) {
    const { guard, fail } = guardOn({ folder: error(code) });
    fail('SQLITE_IOERR_WRITE');
    expect(guard.health().state).toBe(state);
  }
});

test('a bug is no disk', () => {
  const { guard, fail } = guardOn();
  expect(() => fail('ERR_INVALID_ARG_TYPE')).toThrow('ERR_INVALID_ARG_TYPE');
  expect(guard.health().state).toBe('ok');
});

test('a trouble ends with whole turns that reached the disk, not with work that wrote nothing', () => {
  let takes = false;
  const { guard, states, fail } = guardOn({
    proof: () => {
      if (!takes) throw error('SQLITE_FULL');
    },
  });
  fail('SQLITE_FULL');
  guard.run(() => {});
  guard.turn(() => {});
  guard.turn(() => {});
  expect(states).toEqual(['full']);
  takes = true;
  guard.turn(() => {});
  expect(states).toEqual(['full']);
  guard.turn(() => {});
  expect(states).toEqual(['full', 'ok']);
});

test('a damaged database is not written to any more', () => {
  const { guard, fail } = guardOn();
  fail('SQLITE_CORRUPT');
  let done = 0;
  expect(guard.run(() => void done++)).toBe(false);
  expect(guard.turn(() => void done++)).toBe(false);
  expect(done).toBe(0);
});

test('slow ends with quick commits that reached the disk', () => {
  const disk = guardOn({ proof: () => disk.guard.took(1) });
  disk.guard.took(SLOW_MS + 1);
  for (let n = 0; n < 10; n++) disk.guard.took(1);
  expect(disk.states).toEqual(['slow']);
  for (let n = 0; n < FAST_AGAIN; n++) {
    disk.pass(10_000);
    disk.guard.turn(() => {});
  }
  expect(disk.states).toEqual(['slow', 'ok']);
});

test('a connection that fails on a folder that takes files asks to be opened anew, now and then', () => {
  const { fail, pass, stale } = guardOn();
  for (let second = 0; second <= 25; second++) {
    fail('SQLITE_IOERR_WRITE');
    pass(1_000);
  }
  expect(stale()).toBe(2);
});
