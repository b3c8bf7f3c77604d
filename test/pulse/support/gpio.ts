/** A pulse line over a real gpiomon process, watched by hand. */
import { setTimeout as delay } from 'node:timers/promises';
import { checkSiteText } from '../../../config/load-site.ts';
import { openPulseLine } from '../../../drivers/pulse/line.ts';
import type { MeterPoll, RegisterSample } from '../../../gateway/domain/ports.ts';
import { systemClock } from '../../../gateway/platform/system-clock.ts';
import type { PulseBoard } from '../../../simulators/pulse/board.ts';
import { type Contact, pulseEdges } from '../../../simulators/pulse/contact.ts';
import { eventually } from '../../uplink/support/eventually.ts';

export const SEED = 20_261_105;
/** Told apart by a filter of 4 ms. */
export const BOUNCING: Contact = { closedUs: 9_000, bounceUs: 2_500, openBounceUs: 2_000 };
const GAP_MS = 20;

/** The machine's steady clock, ns. */
export const nowNs = (): bigint => process.hrtime.bigint();

/** So many pulses from now on, one each 20 ms: the contact takes its time. @returns how many */
export async function pulse(board: PulseBoard, offset: number, count: number): Promise<number> {
  const from = nowNs();
  await delay(count * GAP_MS);
  for (let n = 0; n < count; n++)
    board.edges(offset, pulseEdges(BOUNCING, SEED, n, from + BigInt(n * GAP_MS) * 1_000_000n));
  return count;
}

export function siteText(line: string, meters: readonly string[]): string {
  return `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines:
  pins: ${line}
meters:
${meters.map((text) => `  ${text}\n`).join('')}`;
}

export function openPins(line: string, meters: readonly string[]) {
  const { site, problems } = checkSiteText('/etc/hakaru/site.yaml', siteText(line, meters));
  const config = site?.lines[0];
  if (!site || config?.kind !== 'gpio') throw new Error(JSON.stringify(problems));
  const driver = openPulseLine(config, site.meters, { clock: systemClock('manual') });
  const polls: MeterPoll[] = [];
  const samples: RegisterSample[] = [];
  const poll = async (id?: string): Promise<MeterPoll> => {
    const one = driver.meters.find(({ meter }) => id === undefined || meter === id);
    if (!one) throw new Error(`no meter ${id}`);
    const told = await one.poll({ raw: true });
    polls.push(told);
    samples.push(...told.registers);
    return told;
  };
  return {
    driver,
    poll,
    polls,
    samples,
    counted: () => Number(samples.at(-1)?.raw.count ?? 0n),
    /** Polls until the count is reached. */
    async reaches(count: number): Promise<void> {
      await eventually(
        async () => {
          await poll();
          return Number(samples.at(-1)?.raw.count ?? -1n) >= count;
        },
        () => `${count} pulses, at ${samples.at(-1)?.raw.count} ${JSON.stringify(polls.at(-1)?.fault)}`,
      );
    },
    async watches(): Promise<void> {
      await eventually(
        async () => {
          const told = await poll();
          return told.fault === null && told.registers.length > 0;
        },
        () => `it watches: ${JSON.stringify(polls.at(-1)?.fault)}`,
      );
    },
  };
}
