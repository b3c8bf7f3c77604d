/**
 * `npm run power-cut -- --pulses [--cuts 8] [--seed 1]`: the power goes while the gateway counts contacts itself: one
 * that closes ten times a second, and one that closes once in 12 s. Real time, real processes, a disk of its own. After
 * each cut at most max(1 pulse, 10 s) of each are lost, and the span in which nobody watched is on record; in the end
 * each pulse was counted once, or it passed in such a span. Needs root; not part of `npm test`. Exit code 1: it did not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Span } from '../../gateway/domain/ledger/spans.ts';
import { instant } from '../../gateway/domain/time.ts';
import { openStoreForReading, type Store } from '../../gateway/store/store.ts';
import { type PulseBoard, startPulseBoard } from '../../simulators/pulse/board.ts';
import { type Contact, pulseEdges } from '../../simulators/pulse/contact.ts';
import { siteText } from '../pulse/support/gpio.ts';
import { createRandom } from '../scenarios/support/random.ts';
import { type Running, start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createLoopDisk } from './loop-disk.ts';

/** What a power cut may cost, ms of pulses, or one pulse. */
const RISK_MS = 10_000;
/** Power fails so long after a life's first pulses were kept: some commits are over, another is under way, ms. */
const CUT_FROM_MS = 6_000;
const CUT_WITHIN_MS = 12_000;
/** An edge is stamped within so many ms of where the contact's truth has it: bounces, and whole ms. */
const STAMP_MS = 12;
const WAIT_MS = 60_000;
const EVER: Span = { fromMs: instant(0), toMs: instant(Number.MAX_SAFE_INTEGER) };
const CONTACT: Contact = { closedUs: 30_000, bounceUs: 2_500, openBounceUs: 2_000 };

interface Input {
  readonly meter: string;
  readonly offset: number;
  readonly everyMs: number;
  /** Wall times at which it has closed. */
  readonly closed: number[];
}

const METER = 'type: pulse, pulseWeight: 1 L, role: water, rated: 300 m3/h, filter: { kind: pulse, ms: 4 }';

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Closes a contact again and again, until it is stopped. */
function flow(board: PulseBoard, input: Input, seed: number): () => Promise<void> {
  const stop = new AbortController();
  let n = 0;
  const wait = (ms: number): Promise<void> =>
    delay(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  const running = (async () => {
    while (!stop.signal.aborted) {
      const nowMs = Date.now();
      const edges = pulseEdges(CONTACT, seed, n++, process.hrtime.bigint());
      input.closed.push(nowMs);
      // The stamps lie in the future of who is told at once.
      await wait(CONTACT.closedUs / 1_000 + 5);
      board.edges(input.offset, edges);
      await wait(Math.max(1, input.everyMs - (Date.now() - nowMs)));
    }
  })();
  return () => {
    stop.abort();
    return running;
  };
}

interface Kept {
  readonly count: number;
  readonly atMs: number;
  readonly spans: readonly Span[];
}

function look(dataDir: string, meter: string): Kept {
  const store: Store = openStoreForReading(dataDir);
  try {
    const id = store.channels.find(meter, 'water-volume')?.id ?? -1;
    const head = store.readings.head(id)?.reading;
    return {
      count: Number(head?.raw.count ?? -1n),
      atMs: head?.atMs ?? 0,
      // The first one is the part of its slot before the channel began.
      spans: store.unwatched.touching(id, EVER).slice(1),
    };
  } finally {
    store.close();
  }
}

/** Closings between two instants, with those that may lie on either side of them left out or taken in. */
function closings({ closed }: Input, fromMs: number, toMs: number, looseMs: number): number {
  return closed.filter((ms) => ms >= fromMs - looseMs && ms < toMs + looseMs).length;
}

/** What a cut cost one input, and what is wrong with that. */
function afterCut(
  input: Input,
  cutMs: number,
  kept: Kept,
): { readonly lost: number; readonly found: string[] } {
  const lost = closings(input, kept.atMs, cutMs, 0);
  const allowed = Math.max(1, closings(input, cutMs - RISK_MS, cutMs, STAMP_MS));
  return {
    lost,
    found: lost > allowed ? [`${input.meter} lost ${lost} pulses, ${allowed} are allowed`] : [],
  };
}

/** Each pulse was counted once, or it passed in a span that is on record. */
function balance(input: Input, openedMs: number, { count, atMs, spans }: Kept): string[] {
  const outside = (looseMs: number): number =>
    input.closed.filter(
      (ms) =>
        ms >= openedMs - looseMs &&
        ms < atMs + looseMs &&
        !spans.some(({ fromMs, toMs }) => ms >= fromMs + looseMs && ms < toMs - looseMs),
    ).length;
  const [least, most] = [outside(-STAMP_MS), outside(STAMP_MS)];
  return least <= count && count <= most
    ? []
    : [`${input.meter} counted ${count}, ${least} to ${most} closed while somebody watched`];
}

/** @returns what went wrong, in words */
export async function cutPulses(cuts: number, seed: number): Promise<string[]> {
  const random = createRandom(seed);
  const disk = createLoopDisk();
  const board = await startPulseBoard();
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-pulse-cut-'));
  const dataDir = join(disk.folder, 'data');
  const config = join(folder, 'site.yaml');
  const inputs: readonly Input[] = [
    { meter: 'often', offset: 17, everyMs: 100, closed: [] },
    { meter: 'rare', offset: 18, everyMs: 12_000, closed: [] },
  ];
  const line = `{ kind: gpio, chip: gpiochip0, gpiomon: ${board.program(2)} }`;
  const meters = inputs.map(({ meter, offset }) => `${meter}: { line: pins, input: ${offset}, ${METER} }`);
  writeFileSync(config, `${siteText(line, meters)}dashboard: { host: 127.0.0.1, port: 0 }\n`);
  const stops: (() => Promise<void>)[] = [];
  const problems: string[] = [];
  const opened = new Map<string, number>();
  let gateway: Running | null = null;

  async function live(): Promise<Running> {
    const running = start(['run', '--config', config, '--data', dataDir]);
    // Whatever goes wrong from here on, it is ended.
    gateway = running;
    await eventually(
      () => running.printed().includes('hakaru runs'),
      () => `it runs: ${running.printed()}`,
      WAIT_MS,
    );
    await eventually(
      () => board.watchers().some(({ inputs: watched }) => watched.length === inputs.length),
      () => `both contacts are watched: ${running.printed()}`,
      WAIT_MS,
    );
    return running;
  }

  try {
    for (const input of inputs) stops.push(flow(board, input, seed));
    let spans = 0;
    for (let cut = 1; cut <= cuts && problems.length === 0; cut++) {
      gateway = await live();
      await eventually(
        () =>
          inputs.every(
            ({ meter }) => look(dataDir, meter).spans.length === spans && look(dataDir, meter).count >= 0,
          ),
        () =>
          `${spans} spans are on record: ${JSON.stringify(inputs.map(({ meter }) => look(dataDir, meter)))}`,
        WAIT_MS,
      );
      const afterMs = CUT_FROM_MS + random.int(0, CUT_WITHIN_MS);
      await delay(afterMs);
      const cutMs = Date.now();
      disk.cutPower();
      gateway.child.kill('SIGKILL');
      await gateway.finished;
      disk.restore();
      const found = inputs.map((input) => ({ input, kept: look(dataDir, input.meter) }));
      const lost = found.map(({ input, kept }) => afterCut(input, cutMs, kept));
      problems.push(...lost.flatMap((one) => one.found.map((text) => `cut ${cut}: ${text}`)));
      say({
        cut,
        afterMs,
        lost: Object.fromEntries(found.map(({ input }, i) => [input.meter, lost[i]?.lost])),
        sinceKeptMs: Object.fromEntries(found.map(({ input, kept }) => [input.meter, cutMs - kept.atMs])),
      });
      gateway = await live();
      spans += 1;
      await eventually(
        () => inputs.every(({ meter }) => look(dataDir, meter).spans.length === spans),
        () => `the span of cut ${cut} is on record`,
        WAIT_MS,
      );
      for (const { input, kept } of found) {
        const span = look(dataDir, input.meter).spans.at(-1);
        if (span?.fromMs !== kept.atMs || span.toMs < cutMs)
          problems.push(`cut ${cut}: ${input.meter} has the span ${JSON.stringify(span)}, cut at ${cutMs}`);
        if (!opened.has(input.meter)) opened.set(input.meter, openingMs(dataDir, input.meter));
      }
      // The next cut finds this life at work; a stop that is none would be another span.
      if (cut < cuts) {
        const again = Date.now();
        disk.cutPower();
        gateway.child.kill('SIGKILL');
        await gateway.finished;
        disk.restore();
        for (const input of inputs) {
          const { found: early } = afterCut(input, again, look(dataDir, input.meter));
          problems.push(...early.map((text) => `right after cut ${cut}: ${text}`));
        }
        spans += 1;
      }
    }
    await Promise.all(stops.splice(0).map((stop) => stop()));
    gateway?.child.kill('SIGTERM');
    await gateway?.finished;
    for (const input of inputs) {
      const kept = look(dataDir, input.meter);
      problems.push(...balance(input, opened.get(input.meter) ?? 0, kept));
      say({ meter: input.meter, closed: input.closed.length, counted: kept.count, spans: kept.spans.length });
    }
  } finally {
    await Promise.all(stops.map((stop) => stop()));
    gateway?.child.kill('SIGKILL');
    await gateway?.finished;
    for (const watcher of board.watchers()) watcher.kill();
    await board.close();
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  say({ name: 'power cuts while pulses were counted', cuts, seed, problems });
  return problems;
}

function openingMs(dataDir: string, meter: string): number {
  const store = openStoreForReading(dataDir);
  try {
    const id = store.channels.find(meter, 'water-volume')?.id ?? -1;
    return store.eras.of(id)[0]?.opening.atMs ?? 0;
  } finally {
    store.close();
  }
}
