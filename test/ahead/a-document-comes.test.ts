/** One reader lives as long as the gateway: what the hours ahead weigh follows the documents that come meanwhile. */
import { expect, test } from 'vitest';
import { crudeOilByDate } from '../../config/report-factors.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { changesOf, type Told } from '../../gateway/domain/ahead/changes.ts';
import { twoDays } from '../../gateway/domain/ahead/classes.ts';
import { PLAIN_CALENDAR } from '../../gateway/domain/ahead/day-types.ts';
import { isJapaneseHoliday } from '../../gateway/platform/japanese-holidays.ts';
import { createAheadReader } from '../../gateway/stages/ahead-plan.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { type Announced, announced, at, GRID } from './world.ts';

const NOW = at('2026-11-25T14:23');
const TODAY = '2026-11-25';
const TOMORROW = '2026-11-26';

test('plan, signals and what is told of both days are those of the document that is in force now', () => {
  const store = openStoreInMemory();
  const reader = createAheadReader({
    store,
    grid: GRID,
    rules: { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null },
    specs: [],
    calendar: PLAIN_CALENDAR,
    isHoliday: isJapaneseHoliday,
    crudeOilOn: crudeOilByDate(),
  });
  const comes = (revision: number, curtailmentDays: readonly string[]): void => {
    const document = {
      document: 'kyushu-2026-11',
      revision,
      ruleSet: 'fy2023',
      area: 'kyushu',
      issuedAt: at('2026-11-01T10:00'),
      source: 'written for a test',
      complete: [{ from: '2026-11-01', to: '2026-11-30' }],
      curtailmentDays,
      curtailmentHours: [],
      tightDays: [],
    } as const;
    const bytes = new TextEncoder().encode(String(revision));
    store.write(() =>
      store.documents.putInForce(document, { bytes, source: 'test', sha256: String(revision), atMs: NOW }),
    );
  };
  const noon = () => {
    const noonMs = at(`${TOMORROW}T12:00`);
    const ofPlan = reader.plan(NOW).tomorrow.hours[12];
    const ofSignals = reader.hoursAhead(NOW).find(({ startMs }) => startMs === noonMs);
    const ofDays = reader.days(NOW).tomorrow.hours[12];
    const said = [ofPlan, ofSignals, ofDays].map((hour) => `${hour?.class} ${hour?.confirmed}`);
    return new Set(said).size === 1 ? said[0] : said;
  };
  const before = reader.edition();
  expect(noon()).toBe('normal false');
  comes(1, [TOMORROW]);
  expect(noon()).toBe('curtailment true');
  expect(reader.edition()).not.toBe(before);
  comes(2, []);
  expect(noon()).toBe('normal true');
  store.close();
});

test('what changes one of two days tells nothing of the other again', () => {
  let known: Told = {};
  const look = (says: Announced): string[] => {
    const { changes, told } = changesOf(twoDays(NOW, GRID, announced(says)), known, GRID);
    known = told;
    return changes.map(({ day, after }) => `${day}: ${after}`);
  };
  expect(look({ curtailed: [TOMORROW] })).toEqual(['tomorrow: 08:00–16:00 curtailment']);
  expect(look({ curtailed: [TOMORROW], tight: [TODAY] })).toEqual(['today: 00:00–24:00 tight']);
  expect(look({ curtailed: [TOMORROW], tight: [TODAY] })).toEqual([]);
});
