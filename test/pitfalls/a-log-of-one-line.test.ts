/** A log of 2 GB that says one thing, once a poll: here a meter that does not answer is one line when it falls silent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const NOON = Date.parse('2026-07-01T12:00:00+09:00');

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : expect.unreachable();
}

it('two hundred polls without an answer are three lines at the most, and one event', async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { site } = checkSiteText(
    join(folder, 'site.yaml'),
    `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${await closedPort()} } }
meters: { press: { line: lan, unit: 1, type: eastron-sdm630, role: sub, rated: 600 kW } }
`,
  );
  const lines: string[] = [];
  const clock = createSteppedClock(NOON);
  const gateway = await createGateway({
    site: site ?? expect.unreachable(),
    dataDir: join(folder, 'data'),
    clock,
    log: createLog({ reader: { language: 'en', out: (line) => void lines.push(line) } }),
    polling: pollHere({ clock }),
    webRoot: null,
  });
  try {
    for (let poll = 0; poll < 200; poll++) {
      clock.stepTo(NOON + poll * 5_000);
      await gateway.playRound();
    }
    expect(lines.filter((line) => line.includes('meter=press')).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('press')).length).toBeLessThanOrEqual(3);
    expect(lines.length).toBeLessThan(12);
    const events = gateway.store.outbox.waiting(0, 1_000).filter(({ kind }) => kind === 'event');
    expect(events.filter(({ payload }) => payload.includes('meter-offline'))).toHaveLength(1);
  } finally {
    await gateway.stop();
  }
});
