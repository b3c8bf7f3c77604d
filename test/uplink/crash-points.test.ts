import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { eventually } from './support/eventually.ts';
import { type RawBroker, startRawBroker } from './support/raw-broker.ts';

let broker: RawBroker | null = null;
afterEach(async () => broker?.close());

test.each([
  ['before-publish', 5],
  ['before-puback', 6],
] as const)('a process killed at %s has put exactly %i messages on the wire', async (point, onTheWire) => {
  const started = (broker = await startRawBroker());
  const script = new URL('support/sender-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, `mqtt://127.0.0.1:${started.port}`, point], {
    stdio: 'inherit',
  });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  await eventually(() => started.open() === 0, 'the broker has read everything');
  expect(started.publishes.length).toBe(onTheWire);
});
