/**
 * `hakaru run`: the gateway itself, until SIGTERM or SIGINT. SIGHUP reads the site file again.
 *
 * This thread polls and hears signals, and nothing else: whatever waits for a disk, a broker or a page does so in a
 * thread of its own (gateway-worker.ts).
 */
import { Worker } from 'node:worker_threads';
import type { FromGateway, GatewayTask, ToGateway } from '../gateway-worker.ts';
import { exitCodeOf, onReload, type StopSignal, untilStopped } from '../platform/signals.ts';
import { systemClock } from '../platform/system-clock.ts';
import type { PollingWanted } from '../polling-port.ts';
import { type Console, isWatched } from './console.ts';

export interface RunOptions {
  readonly config: string;
  readonly data: string;
}

/** New objects of the gateway's thread, MB: most die at once, and what is small stays small. */
const YOUNG_HEAP_MB = 6;

export async function run({ language }: Console, { config, data }: RunOptions): Promise<number> {
  const task: GatewayTask = { config, data, language, terminal: isWatched() };
  const thread = new Worker(new URL('../gateway-worker.ts', import.meta.url), {
    workerData: task,
    // Without execArgv it would inherit options that belong to the main program only (`--eval`, `--inspect`).
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    name: 'hakaru-gateway',
  });
  // Loaded while the other thread, which takes longer, begins.
  const host = import('../polling-host.ts');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window, a thread
  const tell = (message: ToGateway): void => thread.postMessage(message);
  let signal: StopSignal | null = null;
  const hearStop = async (): Promise<void> => {
    signal = await untilStopped();
    tell('stop');
  };
  void hearStop();
  onReload(() => tell('reload'));
  const polling = new Set<Promise<void>>();
  const poll = async (wanted: PollingWanted): Promise<void> =>
    (await host).hostPolling(wanted, (site) => systemClock(site.clock.trust));
  const code = await new Promise<number>((resolve, reject) => {
    let ended = 1;
    thread.on('message', (message: FromGateway) => {
      if (message.kind === 'ended') ended = message.code;
      else polling.add(poll(message));
    });
    thread.once('error', reject);
    thread.once('exit', () => resolve(ended));
  });
  await Promise.all(polling);
  return signal === null ? code : exitCodeOf(signal);
}
