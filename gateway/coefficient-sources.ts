/** The coefficient sources that a site file names, each with its schedule. */
import { relative } from 'node:path';
import { MAX_DOCUMENT_BYTES } from '../config/coefficient-text.ts';
import type { CoefficientSourcesConfig } from '../config/types.ts';
import { dateOf, jstDay } from './domain/coefficients/jst.ts';
import { fault } from './domain/faults.ts';
import type { CoefficientSource } from './domain/ports.ts';
import type { Clock } from './domain/time.ts';
import { folderSource } from './uplink/coefficients/folder-source.ts';
import { httpsSource } from './uplink/coefficients/https-source.ts';
import { type MqttSource, mqttSource } from './uplink/coefficients/mqtt-source.ts';
import { occtoSource } from './uplink/coefficients/occto-source.ts';

/** A folder is looked at this often. */
const FOLDER_CRON = '*/10 * * * * *';

export interface OpenSource {
  readonly source: CoefficientSource;
  /** null: it says by itself when it has something. */
  readonly cron: string | null;
  readonly spreadMs: number;
  /** Of a topic: what is to be told of its messages. */
  readonly topic: MqttSource | null;
}

/** A folder within the data folder would bring the gateway's own files, and its inbox a second time. */
function misplaced(path: string, dataDir: string): CoefficientSource {
  const problem = fault('folder-inside-data', { path, data: dataDir });
  return {
    name: `folder ${path}`,
    kind: 'folder',
    fetch: () => Promise.resolve({ kind: 'fault', fault: problem }),
  };
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way.startsWith('..') || way.startsWith('/'));
}

export function openSources(
  config: CoefficientSourcesConfig,
  { dataDir, clock }: { readonly dataDir: string; readonly clock: Clock },
): readonly OpenSource[] {
  const { downloads, topic, folder, occto } = config;
  const opened: OpenSource[] = downloads.map((download) => ({
    source: httpsSource(download),
    cron: download.schedule,
    spreadMs: download.spreadMs,
    topic: null,
  }));
  if (occto) {
    const days = () => {
      const today = jstDay(clock.now());
      return { from: dateOf(today), to: dateOf(today + 1) };
    };
    const source = occtoSource({ ...occto, days });
    opened.push({ source, cron: occto.schedule, spreadMs: occto.spreadMs, topic: null });
  }
  if (topic !== null) {
    const source = mqttSource(topic, MAX_DOCUMENT_BYTES);
    opened.push({ source, cron: null, spreadMs: 0, topic: source });
  }
  if (folder !== null) {
    const source = isWithin(folder, dataDir)
      ? misplaced(folder, dataDir)
      : folderSource({
          path: folder,
          maxBytes: MAX_DOCUMENT_BYTES,
          monotonicMs: () => clock.monotonicMs(),
        });
    opened.push({ source, cron: FOLDER_CRON, spreadMs: 0, topic: null });
  }
  return opened;
}
