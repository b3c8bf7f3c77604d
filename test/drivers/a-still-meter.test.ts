/**
 * A meter whose registers move is asked with one length, and its answers are told from copies by their bytes; one
 * whose registers stand still is asked with two in turn. Here meters move, stand still and move again, while their
 * answers come twice, late, or late and twice, in the order of the questions. Each register shows how often the meter
 * has moved. No value may be older than the question it answers.
 */
import { describe, expect, it } from 'vitest';
import type { Bus, BusRead } from '../../drivers/modbus/bus.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { type RandomStream, randomStream } from '../../simulators/seeded.ts';
import { rtuAnswer } from './support/frames.ts';
import { CLOCK, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_106);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const READ: BusRead = { unit: 7, fn: 3, address: 0x10, words: 8, maxWords: 125, responseMs: 10, retries: 1 };
const TIMEOUT_MS = 15;

/** What becomes of one answer: how many copies, how many of them at once; the rest comes before the next one. */
interface Fate {
  readonly copies: number;
  readonly now: number;
}
const WELL: Fate = { copies: 1, now: 1 };
const FATES: readonly Fate[] = [
  { copies: 2, now: 1 },
  { copies: 2, now: 2 },
  { copies: 3, now: 1 },
  { copies: 1, now: 0 },
  { copies: 2, now: 0 },
  { copies: 0, now: 0 },
];

interface Meter {
  readonly bus: Bus;
  shown: number;
  fate: Fate;
  /** Copies still to come. */
  waiting(): number;
  requests(): readonly Buffer[];
}

function createMeter(random: RandomStream): Meter {
  let waiting: Buffer[] = [];
  const wire = createScriptedWire((request, say) => {
    const { copies, now } = meter.fate;
    meter.fate = WELL;
    const answer = rtuAnswer(request, meter.shown);
    const due = [...waiting, ...Array.from({ length: now }, () => answer)];
    // Sometimes what came late is all that comes in time.
    const kept = waiting.length > 0 && random() < 0.2 ? due.splice(waiting.length) : [];
    waiting = [...kept, ...Array.from({ length: copies - now }, () => answer)];
    if (random() < 0.5) say(Buffer.concat(due));
    else for (const frame of due) say(frame);
  });
  const meter: Meter = {
    bus: createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: quickTiming(TIMEOUT_MS) }),
    shown: 0,
    fate: WELL,
    waiting: () => waiting.length,
    requests: () => wire.requests,
  };
  return meter;
}

interface Tally {
  values: number;
  /** Accepted although the meter had moved since it showed this. */
  old: number;
  failed: number;
  /** Failed although nothing was done to this read. */
  failedUnharmed: number;
  /** Questions with the length of the one before. */
  sameLength: number;
}

async function poll(meter: Meter, tally: Tally): Promise<void> {
  const isHarmed = meter.fate !== WELL || meter.waiting() > 0;
  const answer = await meter.bus.use(() => meter.bus.read(READ));
  if (answer.kind === 'words') {
    tally.values++;
    if (answer.words.some((word) => word !== meter.shown)) tally.old++;
  } else {
    tally.failed++;
    if (!isHarmed) tally.failedUnharmed++;
  }
}

function lengthsTwice(requests: readonly Buffer[]): number {
  return requests.filter((request, i) => i > 0 && request.equals(requests[i - 1] ?? request)).length;
}

describe('a meter that stands still and moves again', () => {
  it('never gives a value older than the question, in 150 lives full of copies and late answers', {
    timeout: 120_000,
  }, async () => {
    const tally: Tally = { values: 0, old: 0, failed: 0, failedUnharmed: 0, sameLength: 0 };
    for (let life = 0; life < 150; life++) {
      const random = randomStream(SEED + life);
      const meter = createMeter(random);
      for (let step = 0; step < 40; step++) {
        const isSettled = step >= 6;
        // It stands still for some polls in a row, in one third of the lives often.
        const stands = isSettled && random() < (life % 3 === 0 ? 0.5 : 0.06);
        if (!stands) meter.shown++;
        if (isSettled && random() < 0.12) meter.fate = FATES[Math.floor(random() * FATES.length)] ?? WELL;
        await poll(meter, tally);
      }
      tally.sameLength += lengthsTwice(meter.requests());
      await meter.bus.close();
    }
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally.old).toBe(0);
    expect(tally.failedUnharmed).toBe(0);
    expect(tally.values).toBeGreaterThan(5_000);
    // Otherwise nothing of the above was about bytes.
    expect(tally.sameLength).toBeGreaterThan(500);
  });

  it('costs one more question when it comes to rest, and none after that', async () => {
    const meter = createMeter(randomStream(SEED));
    const tally: Tally = { values: 0, old: 0, failed: 0, failedUnharmed: 0, sameLength: 0 };
    const lengths = async (polls: number, moves: boolean): Promise<number[]> => {
      const before = meter.requests().length;
      for (let i = 0; i < polls; i++) {
        if (moves) meter.shown++;
        await poll(meter, tally);
      }
      return meter
        .requests()
        .slice(before)
        .map((request) => request.readUInt16BE(4));
    };
    expect(await lengths(9, true)).toEqual([8, 10, 8, 10, 8, 8, 8, 8, 8]);
    expect(await lengths(4, false)).toEqual([8, 10, 8, 10, 8]);
    expect(tally).toMatchObject({ values: 13, old: 0, failed: 0 });
    await meter.bus.close();
  });
});
