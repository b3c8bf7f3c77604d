/** What the stories of a running gateway have in common. */
import type { TestContext } from 'vitest';
import type { MeterView } from '../../gateway/dashboard/views.ts';
import { type Subscriber, subscribe } from './subscriber.ts';
import { openWorks, type Works, type WorksOptions } from './works.ts';

export const HOUR_MS = 3_600_000;
/** Meters are read each second: more between two readings means that one was lost. */
export const NOTHING_LOST_MS = 3_500;

/** Of the test itself: the stories run beside each other. */
export type AtEnd = Pick<TestContext, 'onTestFinished'>;

export async function works({ onTestFinished }: AtEnd, options: WorksOptions = {}): Promise<Works> {
  const opened = await openWorks(options);
  onTestFinished(() => opened.end());
  return opened;
}

export async function cloudOf({ onTestFinished }: AtEnd, { factory }: Works): Promise<Subscriber> {
  const cloud = await subscribe(factory.brokerUrl);
  onTestFinished(() => cloud.close());
  return cloud;
}

export const answers = ({ health }: MeterView): boolean => health === 'ok';

export const answersAfter =
  (ms: number) =>
  ({ health, lastAnswer }: MeterView): boolean =>
    health === 'ok' && Date.parse(lastAnswer ?? '') > ms;

/** The longest time between two accepted readings of a meter, ms. */
export function longestPause(place: Works, meter: string): number {
  const at = place.readings(meter).map(({ atMs }) => atMs);
  return Math.max(0, ...at.slice(1).map((ms, i) => ms - (at[i] ?? ms)));
}

/** Curtailment on 4 November 2026 in Kyushu. */
export const DOCUMENT = {
  format: 'hakaru-coefficients/1',
  document: 'kyushu-2026-11',
  revision: 1,
  ruleSet: 'fy2023',
  area: 'kyushu',
  issuedAt: '2026-11-01T18:00:00+09:00',
  source: 'test',
  complete: [{ from: '2026-11-01', to: '2026-11-30' }],
  curtailmentDays: ['2026-11-04'],
  curtailmentHours: [],
  tightDays: [],
};
