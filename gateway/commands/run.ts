/** `hakaru run`: the gateway itself, until SIGTERM or SIGINT. */
import { fileURLToPath } from 'node:url';
import { loadSite } from '../../config/load-site.ts';
import { createGateway } from '../gateway.ts';
import { createLog } from '../platform/log.ts';
import { untilStopped } from '../platform/signals.ts';
import { systemClock } from '../platform/system-clock.ts';
import { type Console, words } from './console.ts';

/** The built dashboard page. */
export const WEB_ROOT = fileURLToPath(new URL('../dashboard/web/dist', import.meta.url));

export interface RunOptions {
  readonly config: string;
  readonly data: string;
}

export async function run(console: Console, options: RunOptions): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  const gateway = await createGateway({
    site,
    dataDir: options.data,
    clock: systemClock(site.clock.trust),
    log: createLog(),
    webRoot: WEB_ROOT,
  });
  gateway.start();
  console.say(
    words(
      console,
      { en: 'hakaru runs. Dashboard: {url}', ja: 'hakaru 稼働中。ダッシュボード: {url}' },
      { url: gateway.url ?? '-' },
    ),
  );
  const signal = await untilStopped();
  await gateway.stop();
  return signal === 'SIGINT' ? 130 : 0;
}
