/** The thread of `hakaru run` in which everything but the polling lives; commands/run.ts starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemConsole } from './commands/console.ts';
import { report } from './commands/report.ts';
import type { Language } from './domain/faults.ts';
import { keepRunning } from './keeper.ts';
import { createLog } from './platform/log.ts';
import { stepBack } from './platform/step-back.ts';
import { type PollingWanted, pollThere } from './polling-port.ts';

export interface GatewayTask {
  readonly config: string;
  readonly data: string;
  readonly language: Language;
  /** Somebody watches: a thread cannot see that by itself. */
  readonly terminal: boolean;
}

export type ToGateway = 'stop' | 'reload';
/** `code`: the exit code, unless it was stopped. */
export type FromGateway = PollingWanted | { readonly kind: 'ended'; readonly code: number };

const DONE = 0;

async function serve(port: NonNullable<typeof parentPort>, task: GatewayTask): Promise<void> {
  stepBack();
  const { config, data, language, terminal } = task;
  const send = (message: FromGateway): void =>
    port.postMessage(message, message.kind === 'polling' ? [message.port] : []);
  const console = systemConsole(language);
  const stopped = Promise.withResolvers<void>();
  /** Asked before anybody heard it. */
  let isEarly = false;
  let reload = (): void => void (isEarly = true);
  port.on('message', (message: ToGateway) => {
    if (message === 'stop') stopped.resolve();
    else reload();
  });
  let code = DONE;
  try {
    await keepRunning(console, {
      config,
      data,
      log: createLog({ reader: terminal ? console : null }),
      polling: pollThere(send),
      stopped: stopped.promise,
      onReload(listener) {
        reload = listener;
        if (isEarly) listener();
      },
    });
  } catch (error) {
    code = report(error, console);
  }
  send({ kind: 'ended', code });
  port.close();
}

if (parentPort) await serve(parentPort, workerData as GatewayTask);
