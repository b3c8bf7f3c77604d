/** A document that comes while the disk takes nothing is held until it does, and is never written past the guard. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { createCoefficientIntake } from '../../gateway/coefficient-intake.ts';
import { identify } from '../../gateway/identity.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { createStorageGuard } from '../../gateway/platform/storage-guard.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { JSON_TEXT } from './documents.ts';

const PATH = '/kyushu.json';

async function intakeOn({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-held-'));
  const server = await startCoefficientServer();
  server.put(PATH, JSON_TEXT);
  const disk: { says: string | null; writes: number } = { says: null, writes: 0 };
  const store = openStoreInMemory({
    probe(point) {
      if (point === 'before-commit') disk.writes += 1;
      if (point === 'inside-transaction' && disk.says)
        throw Object.assign(new Error(disk.says), { code: disk.says });
    },
  });
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const clock = createSteppedClock(Date.parse('2026-11-04T12:00:00+09:00'));
  const log = createLog({ level: 'silent' });
  const guard = createStorageGuard({
    dataDir: folder,
    log,
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    onChange() {},
    onStale() {},
    prove() {},
    probe: () => null,
  });
  const site = demoSite(
    { tcpPort: 1, serial: { kind: 'rtu-over-tcp', port: 1 } },
    { brokerUrl: null, coefficients: { url: server.httpsUrl(PATH), caPem: server.caPem, folder } },
  );
  const me = identify(site, store, clock);
  const intake = createCoefficientIntake({ ...me, dataDir: folder, guard, log });
  const inForce = () => store.documents.inForce('kyushu').map(({ document }) => document);
  return { disk, store, guard, intake, server, inForce };
}

test('a full disk: the document waits in memory, and is applied though its server is gone', async (context) => {
  const { disk, guard, intake, server, inForce } = await intakeOn(context);
  disk.says = 'SQLITE_FULL';
  await intake.download();
  expect(inForce()).toEqual([]);
  expect(guard.health().state).toBe('full');
  expect(intake.fault(), 'nothing is wrong with the document').toBeNull();
  guard.run(() => intake.drainInbox());
  expect(inForce()).toEqual([]);
  disk.says = null;
  server.remove(PATH);
  expect(guard.run(() => intake.drainInbox())).toBe(true);
  expect(inForce()).toEqual(['kyushu-2026-11']);
  expect(intake.fault()).toBeNull();
  server.put(PATH, JSON_TEXT);
  await intake.download();
  expect(server.requests.at(-1)?.status, 'what was applied is known').toBe(304);
});

test('a damaged database that is being replaced: nothing is written, and the next start asks again', async (context) => {
  const { disk, store, guard, intake, server, inForce } = await intakeOn(context);
  disk.says = 'SQLITE_CORRUPT';
  guard.run(() => store.write(() => {}));
  disk.says = null;
  const { writes } = disk;
  await intake.download();
  expect(server.requests.at(-1)?.status).toBe(200);
  expect(disk.writes).toBe(writes);
  expect(inForce()).toEqual([]);
  expect(store.documents.download(server.httpsUrl(PATH))).toBeNull();
});

test('a download that ends after the gateway is dropped', async (context) => {
  const { disk, store, intake, server } = await intakeOn(context);
  const asked = Promise.withResolvers<void>();
  server.put(PATH, () => {
    asked.resolve();
    return JSON_TEXT;
  });
  const underWay = intake.download();
  const stop = intake.start();
  await asked.promise;
  stop();
  store.close();
  const { writes } = disk;
  await underWay;
  expect(disk.writes).toBe(writes);
});
