/** Server-sent events over real HTTP: first values at once, changes as they come, a beat in between, an end. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Dashboard, MAX_LIVE_CLIENTS, startDashboard } from '../../gateway/dashboard/server.ts';
import type { ErrorView, StatusView } from '../../gateway/dashboard/views.ts';
import { type FakePlant, fakePlant } from './fake-plant.ts';

let plant: FakePlant;
let dashboard: Dashboard;
const opened: AbortController[] = [];

beforeEach(async () => {
  plant = fakePlant();
  dashboard = await startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads: plant.reads,
    live: plant.live,
    log: { warn: () => undefined, error: () => undefined },
    language: 'en',
    webRoot: '/nowhere',
    heartbeatMs: 40,
    liveIntervalMs: 5,
  });
});

afterEach(async () => {
  for (const controller of opened.splice(0)) controller.abort();
  await dashboard.close();
});

interface Stream {
  /** Reads until an event of that name has come. @returns its data; null when the stream ended first */
  readonly next: (name: string) => Promise<string | null>;
}

async function listen(): Promise<Stream> {
  const controller = new AbortController();
  opened.push(controller);
  const response = await fetch(`${dashboard.url}/api/v1/live`, { signal: controller.signal });
  if (!response.body) throw new Error('no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (name: string): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        if (new RegExp(`^event: ${name}$`, 'm').test(block)) return /^data: (.*)$/m.exec(block)?.[1] ?? '';
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
  return { next };
}

const powerOf = (data: string | null): number | undefined => {
  const status = JSON.parse(data ?? 'null') as StatusView;
  return status.meters[0]?.gauges[0]?.value;
};

it('sends the whole state at once and again after each change', async () => {
  const stream = await listen();
  expect(JSON.parse((await stream.next('hello')) ?? '')).toEqual({ heartbeatMs: 40 });
  expect(powerOf(await stream.next('status'))).toBeCloseTo(534_200);
  plant.setMainPower(612);
  expect(powerOf(await stream.next('status'))).toBe(612_000);
});

it('tells that an hour bucket was written, and beats while nothing happens', async () => {
  const stream = await listen();
  await stream.next('status');
  plant.change({}, 'hours');
  expect(await stream.next('hours')).toBe('{}');
  expect(await stream.next('beat')).toBe('{}');
});

it('goes on after a read that failed', async () => {
  const stream = await listen();
  await stream.next('status');
  plant.breakWith(new Error('disk'));
  plant.setMainPower(1);
  await stream.next('beat');
  plant.breakWith(null);
  plant.setMainPower(700);
  expect(powerOf(await stream.next('status'))).toBe(700_000);
});

it('has a bounded number of places, and gives a place free again', async () => {
  for (let n = 0; n < MAX_LIVE_CLIENTS; n++) await (await listen()).next('hello');
  const refused = await fetch(`${dashboard.url}/api/v1/live`);
  const body = (await refused.json()) as ErrorView;
  expect([refused.status, body.code]).toEqual([503, 'too-many-viewers']);
  expect(body.message).toContain(String(MAX_LIVE_CLIENTS));
  opened.shift()?.abort();
  await expect
    .poll(async () => {
      const controller = new AbortController();
      opened.push(controller);
      const response = await fetch(`${dashboard.url}/api/v1/live`, { signal: controller.signal });
      return response.status;
    })
    .toBe(200);
});

it('ends every stream when the gateway stops', async () => {
  const stream = await listen();
  await stream.next('status');
  const ended = stream.next('never').catch(() => null);
  await dashboard.close();
  expect(await ended).toBeNull();
  expect(plant.listeners()).toBe(0);
});
