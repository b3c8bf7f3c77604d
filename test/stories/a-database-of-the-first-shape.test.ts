/**
 * A gateway is brought up to date while hours wait in its queues. What was known is still known, figure for figure;
 * what waited is sent, as the old program would have sent it; and nothing that was sent is sent again.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { formatFraction } from '../../gateway/domain/rational.ts';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxFiller } from '../../gateway/stages/fill-outbox.ts';
import { recallSite, specsById } from '../../gateway/stages/site-facts.ts';
import { createWeigher, weighAgainIfRulesChanged } from '../../gateway/stages/weigh-hours.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { at, HOUR } from '../ledger/support/ledger.ts';
import { hakaru } from '../support/cli.ts';

const START = at('2026-11-04T06:00:00+09:00');
const NOW = instant(START + 7 * HOUR);
const NEWEST = 87;

const text = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

let folder: string;
let store: Store | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-first-shape-'));
});
afterEach(() => {
  store?.close();
  store = null;
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the hours as the old program would have read them */
function oldDatabase(change = ''): Record<string, unknown>[] {
  const db = new Database(join(folder, 'hakaru.db'));
  db.exec(text('../../gateway/store/migrations/001-ledger.sql'));
  db.exec(text('first-shape.sql'));
  db.exec(change);
  db.pragma('user_version = 1');
  db.defaultSafeIntegers(true);
  const rows = db.prepare('SELECT * FROM hour ORDER BY channel_id, start_ms').all();
  db.close();
  return rows as Record<string, unknown>[];
}

function opened(): Store {
  store = openStore(folder);
  return store;
}

/** The same columns out of the new tables. */
function newHours(from: Store): Record<string, unknown>[] {
  return [1, 2, 3, 4].flatMap((id) =>
    from.hours.within(id, START, NOW).map((hour) => ({
      channel_id: BigInt(hour.channelId),
      start_ms: BigInt(hour.startMs),
      quality: hour.quality,
      coverage_micro: BigInt(hour.coverageMicro),
      quantity_micro: hour.quantityMicro,
      energy_micro_kwh: hour.energyMicroKwh,
      demand_a_micro: hour.demandMicro[0],
      demand_b_micro: hour.demandMicro[1],
      start_register_micro: hour.startRegisterMicro,
      end_register_micro: hour.endRegisterMicro,
      mj_per_kwh: hour.mjPerKwh && formatFraction(hour.mjPerKwh),
      class: hour.class,
      rule_set: hour.ruleSet,
      document: hour.document,
      document_revision: hour.documentRevision === null ? null : BigInt(hour.documentRevision),
      confirmed: hour.confirmed ? 1n : 0n,
      energy_micro_mj: hour.energyMicroMj,
      revision: BigInt(hour.revision),
      sent_digest: hour.sentDigest,
    })),
  );
}

function settle(on: Store): HourMessage[] {
  const facts = recallSite(on);
  if (!facts) throw new Error('no site');
  const rules = { area: facts.gridArea, ruleSets: loadRuleSets(), ruleSetChoice: facts.ruleSetChoice };
  const specs = specsById(on, facts.specs);
  const before = on.outbox.lastSeq();
  weighAgainIfRulesChanged(on, rules);
  const weigher = createWeigher({ store: on, rules, specs });
  const filler = createOutboxFiller({
    store: on,
    grid: hourGrid(facts.timezone),
    sender: { site: facts.site, gateway: facts.gateway, generation: 1 },
    specs,
    topicOf: (meter, channel) => `hour/${meter}/${channel}`,
  });
  while (weigher.run());
  while (filler.run(NOW));
  return on.outbox.waiting(before, 1_000).map(({ payload }) => JSON.parse(payload) as HourMessage);
}

const told = (messages: readonly HourMessage[]) =>
  messages
    .map(({ meter, start, revision, coefficient, mj }) => [
      meter,
      start.slice(11, 13),
      revision,
      coefficient.class,
      mj,
    ])
    .toSorted((a, b) => String(a).localeCompare(String(b)));

/** What the old program sent when it was started once more on this database. */
const WAITED = [
  ['main', '09', 3, 'curtailment', 898.56],
  ['main', '10', 3, 'curtailment', 901.44],
  ['main', '11', 3, 'curtailment', 904.32],
  ['second', '06', 3, 'normal', 1_464.52],
  ['second', '07', 3, 'normal', 1_472.04],
  ['second', '08', 3, 'curtailment', 566.64],
  ['second', '09', 3, 'curtailment', null],
  ['second', '10', 3, 'curtailment', null],
  ['second', '11', 3, 'curtailment', null],
];

/** A sub-meter says its share for the first time when its hours are looked at; nothing else of them is new. */
const SHARES = ['06', '07', '08', '09', '10', '11'].map((hour) => ['press', hour, 2, 'none', null]);

it('keeps every figure of the hours that wait for nothing', () => {
  const waiting = 'DELETE FROM work; DELETE FROM hour WHERE channel_id = 2;';
  const before = oldDatabase(waiting);
  const after = newHours(opened());
  expect(before).toHaveLength(18);
  expect(after).toEqual(before);
});

it('sends what waited, once, and nothing that was sent', () => {
  oldDatabase();
  const now = opened();
  expect(now.outbox.lastSeq()).toBe(NEWEST);
  expect(told(settle(now))).toEqual(WAITED);

  const lookAtAll = (): HourMessage[] => {
    now.write(() => {
      now.hourWork.weighWithin(0, Number.MAX_SAFE_INTEGER);
      for (const id of [1, 2, 3, 4]) now.work.addAllOf('weigh', id);
      for (let hour = 0; hour < 6; hour++) now.hourWork.add('send', instant(START + hour * HOUR));
    });
    return settle(now);
  };
  const shares = lookAtAll();
  expect(told(shares)).toEqual(SHARES);
  // 11.4 kWh × 9.4, and 13 kWh × 3.6 where the hour is curtailed.
  expect(shares.map(({ mjAllocated }) => mjAllocated).slice(0, 3)).toEqual([107.16, 114.68, 46.8]);
  const hours = newHours(now);
  expect(lookAtAll()).toEqual([]);
  expect(newHours(now)).toEqual(hours);
});

it('sends the same where the channel that still waits is the one that is read first', () => {
  // The two supplies change places.
  oldDatabase(`UPDATE channel SET meter = '-' WHERE id = 1; UPDATE channel SET meter = 'main' WHERE id = 2;
    UPDATE channel SET meter = 'second' WHERE id = 1;
    CREATE TEMP TABLE swapped AS SELECT * FROM hour WHERE channel_id IN (1, 2);
    DELETE FROM hour WHERE channel_id IN (1, 2);
    UPDATE swapped SET channel_id = 3 - channel_id;
    INSERT INTO hour SELECT * FROM swapped;
    CREATE TEMP TABLE queued AS SELECT * FROM work;
    DELETE FROM work;
    INSERT INTO work SELECT stage, start_ms, 3 - channel_id FROM queued;`);
  expect(told(settle(opened()))).toEqual([...WAITED.slice(0, 3), ...SHARES, ...WAITED.slice(3)]);
});

it('a command that only reads asks for the gateway to be started first', async () => {
  oldDatabase();
  const asked = await hakaru('hours', '--data', folder);
  expect(asked.code).toBe(1);
  expect(asked.stderr).toMatch(/^ledger-older: .*Start the gateway \(`hakaru run`\) once/);
  opened();
  expect((await hakaru('hours', '--data', folder)).code).toBe(0);
});
