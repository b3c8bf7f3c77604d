/** `hakaru simulate PLANT`: the simulators alone, for other people's masters and tests. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLANTS, plantNamed } from '../../simulators/plants.ts';
import { exitCodeOf, untilStopped } from '../platform/signals.ts';
import { type Console, words } from './console.ts';
import { table } from './table.ts';

export interface SimulateOptions {
  readonly seed: number;
}

const now = (): number => Date.now();

/** The plant's registers start counting this long ago. */
const HISTORY_MS = 3 * 86_400_000;

export async function simulate(console: Console, name: string, options: SimulateOptions): Promise<number> {
  const plant = plantNamed(name);
  if (!plant) {
    const known = PLANTS.map((one) => one.name).join(', ');
    console.say(
      words(
        console,
        {
          en: 'There is no plant {name}. Known are: {known}.',
          ja: '工場 {name} はありません。使えるのは {known} です。',
        },
        { name, known },
      ),
    );
    return 2;
  }
  const running = await plant.start({ now, seed: options.seed, startMs: now() - HISTORY_MS });
  console.out(`${plant.title}, seed ${options.seed}`);
  const rows = running.addresses.map(({ what, address }) => [what, address]);
  if (running.caPem !== null) {
    const caFile = join(mkdtempSync(join(tmpdir(), 'hakaru-')), 'ca.pem');
    writeFileSync(caFile, running.caPem);
    rows.push(['CA', caFile]);
  }
  console.out(table(['what', 'address'], rows));
  console.say(words(console, { en: 'Ctrl-C ends it.', ja: 'Ctrl-C で終了します。' }));
  const signal = await untilStopped();
  await running.close();
  return exitCodeOf(signal);
}
