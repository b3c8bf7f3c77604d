/**
 * `hakaru run` polls in one thread and keeps the ledger in another. Here both ends of the port between them are in this
 * process, with real meters on real sockets.
 */
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { type PolledSite, pollHere } from '../../gateway/polling.ts';
import { hostPolling } from '../../gateway/polling-host.ts';
import { type PollingWanted, pollThere } from '../../gateway/polling-port.ts';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { startTcpMeters, type TcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, meter, tcpLine } from '../drivers/support/lines.ts';
import { eventually } from '../uplink/support/eventually.ts';

const INTERVAL_MS = 20;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function factory(meters: number) {
  const echo = createAddressEcho({ unit: 1 });
  const served: TcpMeters[] = [];
  for (let n = 0; n < meters; n++) served.push(await startTcpMeters({ devices: [echo], now: () => 0 }));
  closers.push(() => Promise.all(served.map((one) => one.close())));
  const site: PolledSite = {
    lines: served.map(({ port }, n) => ({ ...tcpLine(port), id: `lan${n}` })),
    meters: served.map((_, n) => meter(`m${n}`, 1, { line: `lan${n}`, intervalMs: INTERVAL_MS })),
    clock: { trust: 'manual' },
  };
  return { site, requests: () => echo.requests() };
}

/** A polling whose host is here too. */
function joined(site: PolledSite, onPoll: (poll: MeterPoll) => void) {
  const hosts: Promise<void>[] = [];
  const polling = pollThere((wanted) => void hosts.push(hostPolling(wanted, () => CLOCK)))(site, onPoll);
  return { polling, hostEnded: () => Promise.all(hosts) };
}

it('hands over what polling in the same thread would', async () => {
  const { site } = await factory(3);
  const there: MeterPoll[] = [];
  const here: MeterPoll[] = [];
  const { polling, hostEnded } = joined(site, (poll) => there.push(poll));
  await polling.pollAll();
  await polling.close();
  await hostEnded();
  const local = pollHere({ clock: CLOCK })(site, (poll) => here.push(poll));
  await local.pollAll();
  await local.close();
  const shape = (polls: MeterPoll[]) =>
    polls
      .map(({ meter: id, fault, registers }) => ({
        id,
        fault,
        registers: registers.map(({ channel }) => channel),
      }))
      .toSorted((a, b) => a.id.localeCompare(b.id));
  expect(there).toHaveLength(3);
  expect(shape(there)).toEqual(shape(here));
  expect(there.every(({ registers }) => typeof registers[0]?.raw === typeof here[0]?.registers[0]?.raw)).toBe(
    true,
  );
});

it('after its close nothing comes any more, and what it broke off itself is no fault of a meter', async () => {
  const { site } = await factory(3);
  const polls: MeterPoll[] = [];
  const { polling, hostEnded } = joined(site, (poll) => polls.push(poll));
  polling.start();
  await polling.firstRound();
  await eventually(() => polls.length >= 20, 'they are polled again and again');
  await polling.close();
  const then = polls.length;
  await hostEnded();
  expect(polls).toHaveLength(then);
  expect(polls.filter(({ fault }) => fault !== null)).toEqual([]);
  // A second close is none.
  await polling.close();
});

it('meters rest while the other thread takes nothing, and are asked again when it goes on', async () => {
  const { site, requests } = await factory(1);
  const { port1, port2 } = new MessageChannel();
  const taken = new SharedArrayBuffer(4);
  const wanted: PollingWanted = { kind: 'polling', site, port: port2, taken };
  const ended = hostPolling(wanted, () => CLOCK, 5);
  port1.postMessage({ kind: 'start' });
  await eventually(() => requests() === 5, 'as many as may be on their way');
  // Fifty intervals.
  await new Promise((resolve) => setTimeout(resolve, 50 * INTERVAL_MS));
  expect(requests()).toBe(5);
  Atomics.store(new Int32Array(taken), 0, 3);
  await eventually(() => requests() === 8, 'three more');
  port1.close();
  await ended;
});

it('a ledger thread that is gone takes the polling with it', async () => {
  const { site, requests } = await factory(1);
  const { port1, port2 } = new MessageChannel();
  const ended = hostPolling(
    { kind: 'polling', site, port: port2, taken: new SharedArrayBuffer(4) },
    () => CLOCK,
  );
  port1.postMessage({ kind: 'start' });
  await eventually(() => requests() > 2, 'it polls');
  port1.close();
  await ended;
  const then = requests();
  await new Promise((resolve) => setTimeout(resolve, 5 * INTERVAL_MS));
  expect(requests()).toBe(then);
});
