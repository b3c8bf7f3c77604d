/** Where coefficient documents come from, as a site file says it: the keys of `coefficients:`, their checks, defaults. */
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Language } from '../gateway/domain/faults.ts';
import type { MarginRule } from '../gateway/domain/margins/tight.ts';
import { tenThousandthsOf } from '../gateway/domain/margins/types.ts';
import { cronProblem } from './cron.ts';
import { duration, exactText, filePath, id, strict } from './fields.ts';
import { loadOcctoMargins } from './margins.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { suggestionText, type TextKey, type TextValues } from './problem-texts.ts';
import type { CoefficientDownload, CoefficientSourcesConfig, OcctoConfig } from './types.ts';

const url = z.string().min(1).max(500);
const asking = {
  schedule: z.string().min(1).max(200).optional().describe('Cron expression in the zone of the site'),
  spread: duration(1_000, 3_600_000)
    .optional()
    .describe(
      'Each fire of the schedule waits a random part of this, so that sites do not ask all at once; 5 min',
    ),
  caFile: filePath.optional(),
  timeout: duration(1_000, 300_000).optional(),
  maxBytes: z.int().min(1_000).max(10_000_000).optional(),
};
const download = strict({ url, ...asking });

export const sourceFields = {
  download: download.optional(),
  downloads: z.record(id, download).optional().describe('More than one download, by a name of your own'),
  topic: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('A topic of the broker of mqtt: on which documents are published, retained'),
  folder: filePath.optional().describe('A folder outside the data folder: a USB stick, a share'),
  occto: strict({
    url: url.optional().describe('With {from} and {to}, which become dates such as 2026/11/21'),
    ...asking,
    tightDays: strict({
      publication: z.string().describe('Which publication of a margin decides'),
      below: exactText.describe('A day is tight when its lowest 広域予備率 is below this, e.g. 5 %'),
    })
      .optional()
      .describe('Derive tight days from reserve margins. Not verified: off unless it is written'),
  })
    .optional()
    .describe("OCCTO's reserve margins: stored and shown"),
  tomorrowBy: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional()
    .describe('JST clock time from which on tomorrow must be confirmed; 19:00'),
};

const DEFAULTS = {
  // OCCTO's figures for the next day appear after 18:00 JST.
  schedule: '30 18 * * *',
  // The evening's figures, and what became of them in the night and the morning.
  occtoSchedule: '30 18,20,22 * * *',
  spreadMs: 300_000,
  timeoutMs: 30_000,
  maxBytes: 1_000_000,
  tomorrowBy: '19:00',
} as const;

type Asking = Partial<Record<'schedule' | 'caFile', string | undefined>> &
  Partial<Record<'spread' | 'timeout' | 'maxBytes', number | undefined>>;
interface SourcesFile {
  readonly download?: (Asking & { readonly url: string }) | undefined;
  readonly downloads?: Readonly<Record<string, Asking & { readonly url: string }>> | undefined;
  readonly topic?: string | undefined;
  readonly folder?: string | undefined;
  readonly occto?:
    | (Asking & {
        readonly url?: string | undefined;
        readonly tightDays?: { readonly publication: string; readonly below: string } | undefined;
      })
    | undefined;
  readonly tomorrowBy?: string | undefined;
}

function buildDownload(
  address: string,
  written: Asking,
  from: string,
  schedule: string = DEFAULTS.schedule,
): CoefficientDownload {
  return {
    url: address,
    schedule: written.schedule ?? schedule,
    spreadMs: written.spread ?? DEFAULTS.spreadMs,
    caFile: written.caFile === undefined ? null : resolve(from, written.caFile),
    timeoutMs: written.timeout ?? DEFAULTS.timeoutMs,
    maxBytes: written.maxBytes ?? DEFAULTS.maxBytes,
  };
}

function buildRule({ tightDays }: NonNullable<SourcesFile['occto']>): MarginRule | null {
  if (!tightDays) return null;
  const publication = loadOcctoMargins().publications.get(tightDays.publication);
  const below = percentOf(tightDays.below);
  if (!publication || below === null) throw new Error('the checks of the site file let a margin rule pass');
  return { publication, belowTenThousandths: below };
}

function buildOccto(written: NonNullable<SourcesFile['occto']>, from: string): OcctoConfig {
  const address = written.url ?? loadOcctoMargins().address;
  return { ...buildDownload(address, written, from, DEFAULTS.occtoSchedule), tightDays: buildRule(written) };
}

function minutesOf(clock: string): number {
  const [hour = '0', minute = '0'] = clock.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** @param from the folder of the site file */
export function buildSources(file: SourcesFile | undefined, from: string): CoefficientSourcesConfig {
  const { download: one, downloads = {}, topic, folder, occto, tomorrowBy } = file ?? {};
  return {
    downloads: [...(one ? [one] : []), ...Object.values(downloads)].map((written) =>
      buildDownload(written.url, written, from),
    ),
    topic: topic ?? null,
    folder: folder === undefined ? null : resolve(from, folder),
    occto: occto ? buildOccto(occto, from) : null,
    tomorrowByMinute: minutesOf(tomorrowBy ?? DEFAULTS.tomorrowBy),
  };
}

type Report = (path: Path, text: TextKey, values?: TextValues) => void;
type Written = Readonly<Record<string, unknown>>;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const URL_HINT = '`url: https://example.com/coefficients.json`';

function checkUrl(written: string, at: Path, caFile: unknown, report: Report): void {
  const parsed = URL.canParse(written) ? new URL(written) : null;
  const web = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  if (parsed && web && (parsed.username !== '' || parsed.password !== ''))
    report([...at, 'url'], 'secret-in-url');
  else if (!parsed || !web) report([...at, 'url'], 'wrong-form', { field: 'url', hint: URL_HINT });
  else if (parsed.protocol === 'http:' && !LOOPBACK.test(parsed.hostname))
    report([...at, 'url'], 'url-plain');
  else if (parsed.protocol === 'http:' && caFile !== undefined)
    report([...at, 'caFile'], 'tls-unused', { field: 'caFile' });
}

function checkDownload(written: unknown, at: Path, report: Report): void {
  if (typeof written !== 'object' || written === null) return;
  const { url: address, schedule, caFile } = written as Written;
  if (typeof address === 'string') checkUrl(address, at, caFile, report);
  const wrong = typeof schedule === 'string' ? cronProblem(schedule) : null;
  if (wrong !== null) report([...at, 'schedule'], 'bad-cron', { found: wrong });
}

function checkTopic(topic: string, section: { prefix: string; hasBroker: boolean }, report: Report): void {
  const at = ['coefficients', 'topic'];
  const isSystem = topic.startsWith('$');
  if (
    /[^\x20-\x7e\u00a0-\uffff]|[+#]/.test(topic) ||
    isSystem ||
    topic.startsWith('/') ||
    topic.endsWith('/')
  )
    report(at, 'wrong-form', { field: 'topic', hint: '`topic: factory/coefficients`' });
  else if (topic === section.prefix || topic.startsWith(`${section.prefix}/`))
    report(at, 'own-topic', { prefix: section.prefix });
  else if (!section.hasBroker) report(at, 'topic-without-broker');
}

/** `5 %`, `5%` or `5`; null for anything else. */
function percentOf(text: string): number | null {
  const value = tenThousandthsOf(text.replace(/\s+/g, ''));
  return value !== null && value > 0 && value <= 1_000_000 ? value : null;
}

function checkTightDays(written: unknown, language: Language, report: Report): void {
  if (typeof written !== 'object' || written === null) return;
  const { publication, below } = written as Written;
  const at = ['coefficients', 'occto', 'tightDays'];
  if (typeof publication === 'string') {
    const known = [...loadOcctoMargins().publications.keys()];
    const what = language === 'ja' ? '公表' : 'publication';
    const suggestion = suggestionText(nearest(publication, known), known, language);
    if (!known.includes(publication))
      report([...at, 'publication'], 'unknown-reference', { what, found: publication, suggestion });
  }
  if ((typeof below === 'string' || typeof below === 'number') && percentOf(String(below)) === null)
    report([...at, 'below'], 'wrong-form', { field: 'below', hint: '`below: 5 %`' });
}

/** @param section `coefficients:` as written; what is unreadable is reported by the schema */
export function checkSources(
  section: Written,
  site: { readonly prefix: string; readonly hasBroker: boolean },
  language: Language,
  report: Report,
): void {
  const { download: one, downloads, topic, occto } = section;
  checkDownload(one, ['coefficients', 'download'], report);
  const seen = new Set<unknown>();
  if (typeof one === 'object' && one !== null) seen.add((one as Written).url);
  const more = typeof downloads === 'object' && downloads !== null ? Object.entries(downloads) : [];
  for (const [name, written] of more as readonly (readonly [string, unknown])[]) {
    const at = ['coefficients', 'downloads', name];
    checkDownload(written, at, report);
    const address = typeof written === 'object' && written !== null ? (written as Written).url : undefined;
    if (address !== undefined && seen.has(address)) report([...at, 'url'], 'url-twice');
    seen.add(address);
  }
  if (typeof topic === 'string') checkTopic(topic, site, report);
  if (typeof occto !== 'object' || occto === null) return;
  const { tightDays, ...asked } = occto as Written;
  checkDownload(asked, ['coefficients', 'occto'], report);
  checkTightDays(tightDays, language, report);
}
