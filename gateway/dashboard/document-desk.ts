/** What the page can ask and do about coefficient documents. */
import type { Fault } from '../domain/faults.ts';
import type { PublishedMargin } from '../domain/margins/types.ts';
import type { Preview } from '../domain/sources/change.ts';
import type { Cover } from '../domain/sources/cover.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ReceivedRow, SourceRow } from '../store/received-rows.ts';

export interface SourcesRead {
  /** As the site file has them; `said` is null while one was never asked. */
  readonly sources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly said: SourceRow | null;
  }[];
  /** What came last first. */
  readonly received: readonly ReceivedRow[];
  /** Of the site's area, the newest of each day. */
  readonly margins: readonly PublishedMargin[];
  readonly cover: Cover | null;
}

export interface BroughtRead {
  readonly outcome: string;
  /** Hours that are weighed again. */
  readonly hours: number;
  readonly fault: Fault | null;
}

/** All of it may throw a CodedError for what is wrong with the document or the disk. */
export interface DocumentDesk {
  sources(nowMs: EpochMs): SourcesRead;
  /** Changes nothing. */
  preview(bytes: Uint8Array, name: string): Preview;
  /** @param sha256 of what was looked at */
  apply(bytes: Uint8Array, name: string, sha256: string): BroughtRead;
}
