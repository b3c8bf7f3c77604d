/** A ledger on disk with a year of two meters, and what answers questions about it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { createAsk } from '../../gateway/dashboard/ask.ts';
import { createHourSource, type HourSourceFacts } from '../../gateway/dashboard/hour-source.ts';
import type { Answer, DashboardReads, HourSource } from '../../gateway/dashboard/reads.ts';
import { type EpochMs, HOUR_MS, instant } from '../../gateway/domain/time.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';

export const YEAR_FROM = instant(Date.parse('2025-11-01T00:00:00+09:00'));
export const YEAR_TO = instant(Date.parse('2026-11-01T00:00:00+09:00'));
const METERS = ['main', 'press'];
const UNIT = 1_000_000n;

function fill(store: Store): void {
  for (const meter of METERS)
    store.write(() => {
      const { id } = store.channels.ensure(meter, 'energy-import', YEAR_FROM, YEAR_FROM);
      let register = 0n;
      for (let at: EpochMs = YEAR_FROM; at < YEAR_TO; at = instant(at + HOUR_MS)) {
        const counted = BigInt((at / HOUR_MS) % 997) * UNIT + 125n;
        store.hours.putQuantities(id, at, {
          quality: 'measured',
          coverageMicro: 1_000_000,
          quantityMicro: counted,
          energyMicroKwh: counted,
          demandMicro: [counted, counted],
          startRegisterMicro: register,
          endRegisterMicro: (register += counted),
        });
      }
    });
}

const FACTS: HourSourceFacts = {
  specs: METERS.map((meter) => ({ meter, channel: 'energy-import', kwhFactors: [] })),
  rules: { area: 'kyushu', ruleSets: loadRuleSets(), ruleSetChoice: null },
  generation: 7,
  site: {
    id: 'works',
    name: '第一工場',
    timezone: 'Asia/Tokyo',
    gridArea: 'kyushu',
    gateway: 'gw1',
    version: '0',
    meters: METERS.map((id) => ({
      id,
      name: id,
      role: 'sub',
      parent: null,
      channels: [{ channel: 'energy-import', unit: 'kWh' }],
    })),
  },
};

export interface PastWorld {
  readonly source: HourSource;
  readonly reads: DashboardReads;
  /** What the database threw. */
  readonly caught: unknown[];
  /** From now on the database answers nothing. */
  breakOff(): void;
  remove(): void;
}

export function pastWorld(): PastWorld {
  const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-past-'));
  const store = openStore(dataDir);
  fill(store);
  const source = createHourSource(store, FACTS);
  const caught: unknown[] = [];
  return {
    source,
    caught,
    reads: {
      ...source,
      ask: createAsk(source, (error) => {
        caught.push(error);
        throw error;
      }),
      ahead: {
        plan: () => null,
        whatIf: () => {
          throw new Error('nobody asks what if here');
        },
      },
      now: () => instant(Date.parse('2026-10-20T12:00:00+09:00')),
      demand: () => ({ demands: [], notify: [] }),
      status: () => {
        throw new Error('nobody asks for the status here');
      },
    },
    breakOff: () => store.close(),
    remove() {
      store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function textOf({ first, rest }: Answer): Promise<string> {
  const decoder = new TextDecoder();
  let text = decoder.decode(first, { stream: true });
  for await (const piece of rest ?? []) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
