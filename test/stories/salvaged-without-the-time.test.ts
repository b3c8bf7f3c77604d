/**
 * A damaged database is found at a start that does not know the time: a Pi without a battery, after the power cut that
 * did the damage. It is salvaged at once, for its pages get no better; but nothing of it is stamped by that clock, and
 * its new generation is above any that a consumer has seen, or the hours to come would all be dropped as old ones.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { type Clock, type ClockTrust, instant } from '../../gateway/domain/time.ts';
import { openLedger } from '../../gateway/ledger.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { reading } from '../ledger/support/ledger.ts';
import { databaseOf, pagesOf, spoilPages } from '../support/damage.ts';

const MADE = Date.parse('2026-07-01T12:00:00+09:00');
const HOUR = 3_600_000;
/** Half an hour after boot, by a clock that begins in 1970. */
const BOOT = 1_800_000;

const { site } = checkSiteText(
  '/etc/hakaru/site.yaml',
  `site: { id: s, gridArea: tokyo }
gateway: { id: g }
lines: { lan: { kind: modbus-tcp, host: plc } }
meters: { m: { line: lan, unit: 1, type: eastron-sdm630, role: sub, rated: 40 kW } }
`,
);

let dataDir: string;
let wallMs: number;
let trust: ClockTrust;
const clock: Clock = {
  now: () => instant(wallMs),
  monotonicMs: () => performance.now(),
  trust: () => trust,
};
const log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hakaru-untimely-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
});

function open() {
  if (!site) throw new Error('no site');
  const me = openLedger({ site, dataDir, clock, log: log as never, probe: () => {} });
  onTestFinished(() => {
    try {
      me.store.close();
    } catch {
      // It was closed by the story.
    }
  });
  return me;
}

/** A gateway that ran for an hour. @returns its generation */
function lived(): number {
  [wallMs, trust] = [MADE, 'ntp'];
  const me = open();
  const id = me.store.channels.find('m', 'energy-import')?.id ?? -1;
  me.store.write(() => {
    me.store.readings.put(id, reading(MADE + HOUR, 5), 'accepted', 1);
    me.store.readings.putHead(id, reading(MADE + HOUR, 5), 1);
  });
  const { generation } = me.sender;
  me.store.close();
  expect(generation).toBe(MADE / 1_000);
  return generation;
}

function damage(spoil: () => void): void {
  spoil();
  for (const end of ['-wal', '-shm']) rmSync(`${databaseOf(dataDir)}${end}`, { force: true });
  writeFileSync(join(dataDir, 'hakaru.open'), '');
}

const spoilTables = (...tables: string[]) =>
  spoilPages(
    dataDir,
    tables.flatMap((table) => pagesOf(dataDir, table)),
  );

const salvageEvents = (store: Store) =>
  store.outbox
    .waiting(0, 1_000)
    .map(({ payload }) => JSON.parse(payload))
    .filter(({ kind }) => kind === 'ledger-salvaged');

test('the new generation is above the old one, of which nothing is left but its stamps', () => {
  const before = lived();
  damage(() => spoilTables('fact', 'outbox'));
  [wallMs, trust] = [BOOT, 'untrusted'];
  const me = open();
  expect(me.begun()).toBe(false);
  expect(me.store.knownGeneration()).not.toBeNull();
  expect(me.store.knownGeneration()).toBeGreaterThan(before);
  expect(readdirSync(dataDir).some((name) => name.startsWith('hakaru.db.corrupt-'))).toBe(true);
  // Nothing is told by that clock.
  expect(salvageEvents(me.store)).toEqual([]);

  [wallMs, trust] = [MADE + 24 * HOUR, 'ntp'];
  me.begin();
  const [told, ...more] = salvageEvents(me.store);
  expect(more).toEqual([]);
  expect(told.generation).toBe(me.sender.generation);
  expect(told.generation).toBeGreaterThan(before);
  expect(Date.parse(told.at)).toBeGreaterThan(MADE + 23 * HOUR);
  expect(told.text).toContain(`begins generation ${told.generation}.`);
});

test('where nothing at all could be read, the generation waits for the time', () => {
  const before = lived();
  damage(() => writeFileSync(databaseOf(dataDir), Buffer.alloc(8_192, 0x5a)));
  [wallMs, trust] = [BOOT, 'untrusted'];
  const me = open();
  expect(me.store.knownGeneration()).toBeNull();
  [wallMs, trust] = [MADE + 24 * HOUR, 'ntp'];
  me.begin();
  expect(me.sender.generation).toBeGreaterThan(before);
  expect(salvageEvents(me.store)).toMatchObject([{ generation: me.sender.generation }]);
});

test('with the time known it is the second of now, as that of any new database', () => {
  const before = lived();
  damage(() => spoilTables('fact', 'outbox'));
  [wallMs, trust] = [MADE + 48 * HOUR, 'ntp'];
  const me = open();
  expect(me.sender.generation).toBe((MADE + 48 * HOUR) / 1_000 + 1);
  expect(me.sender.generation).toBeGreaterThan(before);
  me.store.close();
  const again = openStore(dataDir);
  expect(again.knownGeneration()).toBe(me.sender.generation);
  again.close();
});

test('a generation that was ahead of every stamp is passed all the same', () => {
  const ahead = lived() + 30 * 86_400;
  const store = openStore(dataDir);
  store.write(() => store.facts.put('generation', String(ahead)));
  store.close();
  damage(() => spoilTables('outbox'));
  [wallMs, trust] = [MADE + 24 * HOUR, 'ntp'];
  expect(open().sender.generation).toBeGreaterThan(ahead);
});
