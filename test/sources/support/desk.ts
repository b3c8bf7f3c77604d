/** A gateway's desk for coefficient documents with nothing around it: a database of its own, a clock that stands still. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { CoefficientSourcesConfig, SiteConfig } from '../../../config/types.ts';
import { createCoefficientIntake } from '../../../gateway/coefficient-intake.ts';
import { identify } from '../../../gateway/identity.ts';
import { createLog } from '../../../gateway/platform/log.ts';
import { createStorageGuard } from '../../../gateway/platform/storage-guard.ts';
import { openStore } from '../../../gateway/store/store.ts';
import { demoSite } from '../../support/demo-site.ts';
import { createSteppedClock } from '../../support/stepped-clock.ts';

export const NOON = '2026-11-04T12:00:00+09:00';

/** What is written down about a try, whatever became of it; everything else may change by what is applied only. */
const ABOUT_THE_TRY = new Set(['received', 'coefficient_source', 'sqlite_sequence']);

/** Read once: the meter types take a while. */
let base: SiteConfig | null = null;

export interface DeskOptions {
  readonly sources?:
    | Partial<CoefficientSourcesConfig>
    | ((folder: string) => Partial<CoefficientSourcesConfig>);
  /** ISO 8601 */
  readonly now?: string;
  /** Goes on with the database of another desk. */
  readonly folder?: string;
}

export function openDesk({ sources = {}, now = NOON, folder: given }: DeskOptions = {}) {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'hakaru-desk-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const clock = createSteppedClock(Date.parse(now));
  const log = createLog({ level: 'silent' });
  const store = openStore(dataDir);
  const guard = createStorageGuard({
    dataDir,
    log,
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    onChange() {},
    onStale() {},
    prove() {},
    probe: () => null,
  });
  base ??= demoSite({ tcpPort: 1, serial: { kind: 'rtu-over-tcp', port: 1 } }, { brokerUrl: null });
  const named = typeof sources === 'function' ? sources(folder) : sources;
  const site = { ...base, coefficients: { ...base.coefficients, ...named } };
  const me = identify(site, store, clock);
  const intake = createCoefficientIntake({ ...me, dataDir, guard, log, random: () => 0.5 });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) store.close();
    isOpen = false;
  };
  onTestFinished(() => {
    close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    folder,
    dataDir,
    clock,
    store,
    intake,
    guard,
    rules: me.rules,
    close,
    turn: () => intake.drainInbox(),
    inForce: () =>
      store.documents.inForce('kyushu').map(({ document, revision }) => `${document} ${revision}`),
    /** Every row of every table that says something about the site, as text. */
    everything(): string {
      const db = new Database(join(dataDir, 'hakaru.db'), { readonly: true });
      try {
        db.defaultSafeIntegers(true);
        const names = db
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
          .all() as { name: string }[];
        return names
          .filter(({ name }) => !ABOUT_THE_TRY.has(name))
          .map(({ name }) => {
            const rows = db.prepare(`SELECT * FROM "${name}"`).raw().all();
            const kept = name === 'outbox' ? rows.filter((row) => !isRefusal(row)) : rows;
            return `${name}\n${kept.map((row) => printed(row)).join('\n')}`;
          })
          .join('\n\n');
      } finally {
        db.close();
      }
    },
    /** Kinds and details of the events so far. */
    events(): { kind: string; text: string; detail: Record<string, unknown> }[] {
      return store.outbox
        .waiting(0, 10_000)
        .filter(({ kind }) => kind === 'event')
        .map(({ payload }) => JSON.parse(payload) as ReturnType<typeof this.events>[number])
        .filter(({ kind }) => kind.startsWith('coefficients-'));
    },
    last: () => store.received.newest(1)[0],
  };
}

function printed(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function isRefusal(row: unknown): boolean {
  return printed(row).includes('coefficients-refused');
}

/** A document of ours, `/2` and JSON unless told otherwise. */
export function documentText(
  parts: {
    readonly document?: string;
    readonly revision?: number;
    readonly area?: string;
    readonly issuedAt?: string;
    readonly from?: string;
    readonly to?: string;
    readonly curtailmentDays?: readonly string[];
    readonly tightDays?: readonly string[];
  } = {},
): string {
  const {
    document = 'kyushu-2026-11',
    revision = 2,
    area = 'kyushu',
    from = '2026-11-01',
    to = '2026-11-30',
  } = parts;
  const { issuedAt = '2026-11-01T10:00:00+09:00', curtailmentDays = ['2026-11-03'], tightDays = [] } = parts;
  const body = {
    format: 'hakaru-coefficients/2',
    document,
    revision,
    ruleSet: 'fy2023',
    area,
    issuedAt,
    source: '九州電力送配電',
    complete: [{ from, to }],
    curtailmentDays,
    tightDays,
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

/** The same as CSV, closed by its `end`. */
export function documentCsv(parts: { readonly revision?: number; readonly tightDay?: string } = {}): string {
  const { revision = 2, tightDay = '2026-11-20' } = parts;
  const records = [
    'format,hakaru-coefficients/2',
    'document,kyushu-2026-11',
    `revision,${revision}`,
    'ruleSet,fy2023',
    'area,kyushu',
    'issuedAt,2026-11-01T10:00:00+09:00',
    'source,九州電力送配電',
    'complete,2026-11-01,2026-11-30',
    'curtailment-day,2026-11-03',
    `tight-day,${tightDay}`,
  ];
  return `${[...records, `end,${records.length}`].join('\n')}\n`;
}
