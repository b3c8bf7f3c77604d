/**
 * How coefficient documents come in. Every source is a `CoefficientSource`; whatever one gives goes through the same
 * door: its row is written first, then it is judged, then it is in force or refused as a whole (receive-documents.ts).
 *
 * Each source is asked at the start and on its schedule; a try that failed is repeated after growing waits with some
 * jitter, never sooner than the server said. A topic is asked when something came on it. The inbox and the page bring
 * their documents themselves.
 */
import { readCoefficientInput } from '../config/coefficient-input.ts';
import type { SiteConfig } from '../config/types.ts';
import { openSources } from './coefficient-sources.ts';
import type { CoefficientRules } from './domain/coefficients/types.ts';
import { aboutText, CodedError, type Fault, fault, faultText } from './domain/faults.ts';
import type { CoefficientSource, ReceivedDocument, TopicFeed } from './domain/ports.ts';
import type { Preview } from './domain/sources/change.ts';
import type { Cover } from './domain/sources/cover.ts';
import { retryInMs } from './domain/sources/pace.ts';
import type { Clock, HourGrid } from './domain/time.ts';
import { openInbox } from './platform/inbox.ts';
import type { Log } from './platform/log.ts';
import { schedule } from './platform/schedule.ts';
import type { StorageGuard } from './platform/storage-guard.ts';
import { createDocumentPlacer } from './stages/apply-document.ts';
import { createTightDeriver } from './stages/derive-tight.ts';
import { createDownloader, type Downloader, type DownloadResult } from './stages/download.ts';
import type { EventSink } from './stages/ledger-events.ts';
import { previewDocument } from './stages/preview-document.ts';
import { createReceiver, type Settled, sha256Of } from './stages/receive-documents.ts';
import { createCoverWatch } from './stages/watch-cover.ts';
import type { Store } from './store/store.ts';

/** The name under which the inbox and the page keep what they brought. */
export const INBOX = { name: 'inbox', kind: 'inbox' } as const;
export const PAGE = { name: 'page', kind: 'page' } as const;

export interface CoefficientIntake {
  /** Applies what waits for the disk, for a judgement or in the inbox; says when the confirmed hours run out. */
  drainInbox(): void;
  /** One try of every source. */
  download(): Promise<void>;
  /** Asks now and on the schedules. @returns how to stop it */
  start(): () => void;
  /** To be told once the broker is there: documents on its topic are heard from then on. */
  hear(feed: TopicFeed): void;
  /** What a document would change. @throws CodedError what refuses it */
  preview(bytes: Uint8Array, name: string): Preview;
  /**
   * Applies what somebody at the page has looked at.
   * @param sha256 of the bytes that were looked at
   * @throws CodedError what refuses it, preview-differs, and what the disk says
   */
  applyByHand(bytes: Uint8Array, name: string, sha256: string): Settled;
  /** The sources of the site file, by name. */
  readonly sources: readonly Pick<CoefficientSource, 'name' | 'kind'>[];
  /** How far ahead hours are confirmed; null before the first look. */
  cover(): Cover | null;
  /**
   * That the confirmed hours have run out, or why the last document was refused or a source gave nothing; null when
   * all is well.
   */
  fault(): Fault | null;
}

export interface IntakeDeps {
  readonly store: Store;
  readonly site: SiteConfig;
  readonly dataDir: string;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
  readonly grid: HourGrid;
  readonly clock: Clock;
  readonly guard: StorageGuard;
  readonly log: Log;
  /** 0 ≤ x < 1, for the jitter. */
  readonly random?: () => number;
}

export function createCoefficientIntake(deps: IntakeDeps): CoefficientIntake {
  const { store, site, rules, events, grid, clock, guard, log } = deps;
  const random = deps.random ?? Math.random;
  const read = (bytes: Uint8Array, source: string) => readCoefficientInput(bytes, source, rules.ruleSets);
  const placer = createDocumentPlacer({ store, rules, events });
  const receiver = createReceiver({ store, events, placer, read });
  const rule = site.coefficients.occto?.tightDays ?? null;
  const deriver = createTightDeriver({ store, rules, placer, rule });
  const { tomorrowByMinute } = site.coefficients;
  const watch = createCoverWatch({ store, rules, events, grid, tomorrowByMinute });
  const inbox = openInbox(deps.dataDir);
  const faults = new Map<string, Fault>();
  const opened = openSources(site.coefficients, { dataDir: deps.dataDir, clock });
  const downloaders = opened.map(({ source }) =>
    createDownloader({
      store,
      clock,
      source,
      receiver,
      read: guard.read,
      guard: (work) => guard.run(work),
      told: (result) => tell(result, source),
    }),
  );

  /** What a document or a margin may change beside itself. */
  function follow(): void {
    for (const document of deriver.derive(clock.now()))
      log.info({ document: document.document, source: document.source }, 'tight day derived');
  }

  function note(settled: readonly Settled[]): void {
    for (const { source, item, outcome, fault: problem } of settled) {
      if (problem) {
        faults.set(source.name, problem);
        log.warn({ fault: problem, source: item }, 'coefficients refused');
      } else {
        faults.delete(source.name);
        log.info({ outcome, source: item }, 'coefficients received');
      }
    }
    if (settled.length > 0) follow();
  }

  function tell(result: DownloadResult, source: CoefficientSource): void {
    if (result.kind === 'settled') note(result.settled);
    if (result.kind === 'not-modified' && isServer(source)) faults.delete(source.name);
    if (result.kind !== 'fault') return;
    const isNews = faults.get(source.name)?.code !== result.fault.code;
    faults.set(source.name, result.fault);
    // A stick that is not plugged in is no trouble; what runs out is told by the hours that are not confirmed.
    if (source.kind === 'folder' && result.fault.code === 'folder-unreadable') return;
    log.warn({ fault: result.fault, source: source.name }, 'no coefficients');
    if (isNews || result.fault.retryable) events.tell(failure(result.fault, source.name, clock));
  }

  /** From the page or the inbox. @throws CodedError what refuses it */
  function bring(from: typeof INBOX | typeof PAGE, document: ReceivedDocument): Settled {
    const id = receiver.keep(from, document, clock.now());
    let mine: Settled | undefined;
    // Others may wait before it; each turn of this ends with fewer.
    for (
      let settled = receiver.settle(clock.now());
      settled.length > 0;
      settled = receiver.settle(clock.now())
    ) {
      note(settled);
      mine ??= settled.find((one) => one.id === id);
    }
    if (!mine) throw new Error('a document that was kept was not judged');
    if (mine.fault) throw new CodedError(mine.fault);
    return mine;
  }

  return {
    drainInbox() {
      for (const downloader of downloaders) downloader.applyHeld();
      note(receiver.settle(clock.now()));
      inbox.drain(
        (document) => void bring(INBOX, document),
        // Told and written down when it was judged; a file that could not be read was not.
        (error, name) => {
          if (error.fault.code !== 'document-too-large' && error.fault.code !== 'file-missing') return;
          faults.set(INBOX.name, error.fault);
          events.tell(failure(error.fault, name, clock));
        },
      );
      watch.look(clock.now());
    },
    async download() {
      for (const downloader of downloaders) await downloader.download();
    },
    hear(feed) {
      for (const { topic } of opened) {
        if (!topic) continue;
        feed.subscribe(
          topic.topic,
          (payload) => topic.heard(payload),
          (reason) => {
            const problem = fault('topic-refused', { topic: topic.topic, reason });
            faults.set(topic.name, problem);
            log.warn({ fault: problem }, 'the broker will not let us hear a topic');
            guard.run(() =>
              events.write(clock.now(), () => events.emit(failure(problem, topic.name, clock))),
            );
          },
        );
      }
    },
    start() {
      follow();
      const stops = opened.map(({ cron, spreadMs }, index) =>
        ask(downloaders[index] as Downloader, { cron, spreadMs, timezone: site.site.timezone, random, log }),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
    preview: (bytes, name) => previewDocument({ store, rules, read }, bytes, name, clock.now()),
    applyByHand(bytes, name, sha256) {
      if (sha256Of(bytes) !== sha256) throw new CodedError(fault('preview-differs'));
      const settled = bring(PAGE, { bytes, source: name, etag: null });
      watch.look(clock.now());
      return settled;
    },
    sources: opened.map(({ source: { name, kind } }) => ({ name, kind })),
    cover: () => watch.cover(),
    fault: () =>
      watch.fault() ?? [...faults.values()].find(({ code }) => code !== 'folder-unreadable') ?? null,
  };
}

/** Its "nothing new" is an answer: what was given before stands. That nothing lies or waits somewhere says nothing. */
function isServer({ kind }: Pick<CoefficientSource, 'kind'>): boolean {
  return kind === 'https' || kind === 'occto';
}

function failure(problem: Fault, source: string, clock: Clock) {
  return {
    kind: 'coefficients-refused',
    meter: null,
    channel: null,
    atMs: clock.now(),
    text: faultText(problem),
    detail: {
      fault: problem.code,
      source,
      where: null,
      reason: aboutText(problem, 'reason'),
      sha256: null,
      received: null,
    },
  } as const;
}

/** Asks a source at once, on its schedule, when it has news, and again after a failure. @returns how to stop it */
function ask(
  downloader: Downloader,
  how: {
    readonly cron: string | null;
    readonly spreadMs: number;
    readonly timezone: string;
    readonly random: () => number;
    readonly log: Log;
  },
): () => void {
  const { cron, spreadMs, timezone, random, log } = how;
  let stopped = false;
  let wake: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let again = false;

  const once = async (failed: number): Promise<void> => {
    const result = await downloader.download();
    if (stopped || result.kind !== 'fault' || !result.fault.retryable) return;
    const waitMs = cron === null ? null : retryInMs(failed + 1, result.retryAfterMs, random());
    if (waitMs !== null) later(waitMs, failed + 1);
  };
  /** One round at a time; what is asked for meanwhile is one round more. */
  const round = async (failed: number): Promise<void> => {
    if (stopped) return;
    if (running) {
      again = true;
      return running;
    }
    running = once(failed).finally(() => void (running = null));
    await running;
    if (!again || stopped) return;
    again = false;
    await round(0);
  };
  const guarded = (failed: number): Promise<void> =>
    round(failed).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason, source: downloader.source.name }, 'a coefficient source failed');
    });
  const later = (waitMs: number, failed: number): void => {
    if (wake) clearTimeout(wake);
    wake = setTimeout(() => void guarded(failed), waitMs);
  };

  downloader.source.onNews?.(() => void guarded(0));
  void guarded(0);
  const job =
    cron === null
      ? null
      : schedule(
          cron,
          timezone,
          () => (spreadMs === 0 ? guarded(0) : later(Math.floor(random() * spreadMs), 0)),
          (event) => log.warn({ ...event, source: downloader.source.name }, 'coefficient schedule'),
        );
  return () => {
    stopped = true;
    downloader.stop();
    if (wake) clearTimeout(wake);
    job?.stop();
  };
}
