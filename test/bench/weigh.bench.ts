/**
 * How long it takes until a year of 100 weighed meters, 876,000 hour buckets in a database on disk, is weighed again:
 * by a document that changes one month, and by a rule set that changes every hour. Then how fast the changed buckets
 * become messages, beside better-sqlite3 alone inserting the same messages in equal transactions.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { jstHourStart } from '../../gateway/domain/coefficients/jst.ts';
import type {
  CoefficientDocument,
  CoefficientRules,
  RuleSet,
} from '../../gateway/domain/coefficients/types.ts';
import { WEIGHINGS } from '../../gateway/domain/hour.ts';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import type { Rational } from '../../gateway/domain/rational.ts';
import { type EpochMs, HOUR_MS, plus } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxFiller } from '../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createWeigher, weighAgainIfRulesChanged } from '../../gateway/stages/weigh-hours.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { document } from '../coefficients/documents.ts';
import { specWith } from '../ledger/support/ledger.ts';
import { createDocumentApplier } from '../support/document-applier.ts';
import { type FigureLine, figure } from './harness.ts';

const RUNS = 5;
const METERS = 100;
const HOURS = 8_760;
const START = jstHourStart('2025-04-01', 0);
const NOW = plus(START, (HOURS + 1) * HOUR_MS);
const MONTHS = Array.from({ length: 12 }, (_, i) => {
  const month = new Date(Date.UTC(2025, 3 + i, 1)).toISOString().slice(0, 7);
  const days = new Date(Date.UTC(2025, 4 + i, 0)).getUTCDate();
  return { month, from: `${month}-01`, to: `${month}-${days}`, days };
});
/** The month that each revision changes: 31 days, so 744 hours and 74,400 buckets. */
const [, , , , , , , , , CHANGED = { month: '', from: '', to: '', days: 0 }] = MONTHS;
const SENDER = { site: 'works', gateway: 'g1', generation: 1 };
const RULES: CoefficientRules = { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null };

interface Year {
  readonly store: Store;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly nowMs: EpochMs;
}

/** Bytes that this process has handed to write(2): log, database and index pages. */
function writtenBytes(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

function monthly(month: (typeof MONTHS)[number], revision: number, curtailmentDays: readonly string[]) {
  return document({
    document: `kyushu-${month.month}`,
    revision,
    issued: '2025-03-20T10:00:00+09:00',
    complete: [{ from: month.from, to: month.to }],
    curtailmentDays,
  });
}

function applierOf({ store }: Pick<Year, 'store'>) {
  const events = createEventSink({ store, sender: SENDER, grid: hourGrid('Asia/Tokyo'), topic: 'event' });
  const read = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as CoefficientDocument;
  const applier = createDocumentApplier({ store, rules: RULES, events, read });
  return (next: CoefficientDocument) =>
    applier.apply({ bytes: Buffer.from(JSON.stringify(next)), source: 'bench', etag: null }, NOW);
}

/** Buckets as if closed and sent one by one; the weighing of them is left to the stages. */
function fillBuckets(path: string, channelIds: readonly number[]): void {
  const db = new Database(path);
  db.pragma('synchronous = OFF');
  const hour = db.prepare("INSERT INTO hour VALUES (?, ?, 'measured', 1000000, ?, ?, ?, ?, ?, ?)");
  const sent = db.prepare("INSERT INTO hour_sent VALUES (?, ?, 1, 'aaaaaaaaaaaaaaaaaaaaaa')");
  const coefficient = db.prepare(
    "INSERT INTO hour_coefficient VALUES (?, '47/5', 'normal', 'fy2023', NULL, NULL, 0)",
  );
  db.transaction(() => {
    for (const id of channelIds) {
      for (let n = 0; n < HOURS; n++) {
        const micro = 81_234_500 + id + n;
        const register = n * 100_000_000;
        hour.run(id, START + n * HOUR_MS, micro, micro, micro, micro, register, register + micro);
      }
    }
    for (let n = 0; n < HOURS; n++) {
      coefficient.run(START + n * HOUR_MS);
      for (const id of channelIds) sent.run(START + n * HOUR_MS, id);
    }
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

function makeYear(folder: string): Year {
  const making = openStore(folder);
  const all = Array.from({ length: METERS }, (_, i) =>
    specWith({ meter: `meter-${i}`, role: 'grid-import' }),
  );
  const specs = new Map(
    making.write(() =>
      all.map((spec) => [making.channels.ensure(spec.meter, spec.channel, START, START).id, spec]),
    ),
  );
  // With roles known beforehand no bucket waits alone.
  making.write(() => {
    for (const [id, { role }] of specs) making.roles.put(id, role, WEIGHINGS.weighed);
  });
  for (const month of MONTHS) applierOf({ store: making })(monthly(month, 1, []));
  weighAgainIfRulesChanged(making, RULES);
  making.close();
  fillBuckets(join(folder, 'hakaru.db'), [...specs.keys()]);
  const year = { store: openStore(folder), specs, nowMs: NOW };
  year.store.write(() => year.store.hourWork.weighWithin(START, NOW));
  weighAll(year, RULES);
  // As if all of that had been sent.
  year.store.write(() => year.store.hourWork.doneTo('send', NOW));
  return year;
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

function measured(work: () => void): Measured {
  const [beganMs, beganBytes] = [performance.now(), writtenBytes()];
  work();
  return {
    seconds: (performance.now() - beganMs) / 1_000,
    megabytes: (writtenBytes() - beganBytes) / 1e6,
  };
}

/** Until no hour waits to be weighed. */
function weighAll({ store, specs }: Year, rules: CoefficientRules): void {
  const weigher = createWeigher({ store, rules, specs });
  while (weigher.run());
}

/** Until no bucket waits to be sent. @returns how many messages were made */
function sendAll({ store, specs, nowMs }: Year): number {
  const before = store.outbox.lastSeq();
  const topicOf = (meter: string, channel: string) => `hakaru/works/g1/hour/${meter}/${channel}`;
  const filler = createOutboxFiller({ store, grid: hourGrid('Asia/Tokyo'), sender: SENDER, specs, topicOf });
  while (filler.run(nowMs));
  return store.outbox.lastSeq() - before;
}

/** Every rule weighs a little more than in the law, so that every hour changes. */
function edition(no: number): CoefficientRules {
  const more = ({ num, den }: Rational): Rational => ({
    num: num * 1_000n + BigInt(no) * den,
    den: den * 1_000n,
  });
  const changed = [...RULES.ruleSets].map(([id, ruleSet]): [string, RuleSet] => {
    const { normal, curtailment, tight } = ruleSet.values;
    const values = {
      normal: { ...normal, mjPerKwh: more(normal.mjPerKwh) },
      curtailment: { ...curtailment, mjPerKwh: more(curtailment.mjPerKwh) },
      tight,
    };
    return [id, { ...ruleSet, values }];
  });
  return { ...RULES, ruleSets: new Map(changed) };
}

/** better-sqlite3 with the same messages and nothing decided about them. @returns messages a second */
function appendAlone(folder: string, run: number, payloads: readonly string[]): number {
  const db = new Database(join(folder, `alone-${run}.db`));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE message (seq INTEGER PRIMARY KEY, topic TEXT, payload TEXT)');
  const insert = db.prepare('INSERT INTO message (topic, payload) VALUES (?, ?)');
  const took = measured(() => {
    for (let at = 0; at < payloads.length; at += 500) {
      db.transaction(() => {
        for (const payload of payloads.slice(at, at + 500))
          insert.run('hakaru/works/g1/hour/meter/channel', payload);
      })();
    }
  });
  db.close();
  return payloads.length / took.seconds;
}

function check(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, not ${expected}`);
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-bench-weigh-'));
  const year = makeYear(folder);
  try {
    const apply = applierOf(year);
    const byDocument: Measured[] = [];
    const byRules: Measured[] = [];
    const sending: Measured[] = [];
    const perSecond: number[] = [];
    const alone: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const days = run % 2 === 0 ? [`${CHANGED.month}-05`, `${CHANGED.month}-19`] : [];
      let hours = 0;
      byDocument.push(
        measured(() => {
          hours = apply(monthly(CHANGED, run + 2, days)).hours;
          weighAll(year, RULES);
        }),
      );
      check('hours of the changed month', hours, CHANGED.days * 24);
      let messages = 0;
      sending.push(measured(() => (messages = sendAll(year))));
      check('messages', messages, hours * METERS);
      perSecond.push(messages / (sending.at(-1)?.seconds ?? 0));
      const payloads = year.store.outbox
        .waiting(year.store.outbox.lastSeq() - messages, messages)
        .map(({ payload }) => payload);
      alone.push(appendAlone(folder, run, payloads));
    }
    for (let run = 0; run < RUNS; run++) {
      const rules = edition(run + 1);
      byRules.push(
        measured(() => {
          weighAgainIfRulesChanged(year.store, rules);
          weighAll(year, rules);
        }),
      );
      const after = year.store.coefficients.find(START)?.mjPerKwh;
      check('thousandths', Number(((after?.num ?? 0n) * 1_000n) / (after?.den ?? 1n)) % 100, run + 1);
    }
    const seconds = (runs: readonly Measured[]) => runs.map((one) => one.seconds);
    const megabytes = (runs: readonly Measured[]) => runs.map((one) => one.megabytes);
    report(figure('weigh: a year of 100 meters, one month changed', 's', seconds(byDocument), null));
    report(figure('weigh: written for it', 'MB', megabytes(byDocument), null));
    report(figure('weigh: a year of 100 meters, every hour changed', 's', seconds(byRules), null));
    report(figure('weigh: written for it', 'MB', megabytes(byRules), null));
    report(figure('weigh: changed buckets into the outbox', 'messages/s', perSecond, alone));
    report(figure('weigh: written per 74,400 messages', 'MB', megabytes(sending), null));
  } finally {
    year.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
