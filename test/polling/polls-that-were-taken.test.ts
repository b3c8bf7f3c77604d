/** The ledger's thread counts what it takes, so the meters are asked for ever, however few polls may be on their way. */
import { expect, it } from 'vitest';
import { hostPolling } from '../../gateway/polling-host.ts';
import { pollThere } from '../../gateway/polling-port.ts';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, meter, tcpLine } from '../drivers/support/lines.ts';

it('what was taken makes room for what comes', async ({ onTestFinished }) => {
  const served = await startTcpMeters({ devices: [createAddressEcho({ unit: 1 })], now: () => 0 });
  onTestFinished(() => served.close());
  let polls = 0;
  const site = {
    lines: [{ ...tcpLine(served.port), id: 'lan' }],
    meters: [meter('m', 1, { line: 'lan', intervalMs: 20 })],
    clock: { trust: 'manual' },
  } as const;
  const hosts: Promise<void>[] = [];
  const polling = pollThere((wanted) => void hosts.push(hostPolling(wanted, () => CLOCK, 5)))(site, () => {
    polls += 1;
  });
  polling.start();
  await expect.poll(() => polls, { timeout: 20_000 }).toBeGreaterThan(20);
  await polling.close();
  await Promise.all(hosts);
});
