/** Entries for reports on their way to the one process that writes: a file in DATA/inbox/report-entries. */
import * as z from 'zod';
import { CodedError, fault } from '../gateway/domain/faults.ts';
import type { EntryDraft } from '../gateway/domain/report/entries.ts';
import { strict } from './fields.ts';
import { readReportEntries } from './report-entry-csv.ts';

const FORMAT = 'hakaru-report-entries/1';
const line = z.string().trim().min(1).max(200);
const schema = strict({
  format: z.literal(FORMAT),
  batch: z.uuid(),
  by: line,
  saidAtMs: z.int().min(0),
  source: line,
  csv: z.string().max(1_000_000),
});

export interface EntryBatch {
  readonly batch: string;
  readonly by: string;
  readonly saidAtMs: number;
  /** `page`, `command`, or the name of a file. */
  readonly source: string;
  readonly csv: string;
}

export function writeEntryBatch(batch: EntryBatch): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, ...batch })}\n`);
}

/** @throws CodedError report-entry-invalid */
export function readEntryBatch(
  bytes: Uint8Array,
  source: string,
  fuels: readonly string[],
): { readonly batch: EntryBatch; readonly drafts: readonly EntryDraft[] } {
  const refuse = (reason: string, cause?: unknown): CodedError =>
    new CodedError(fault('report-entry-invalid', { source, where: '1:1', reason }), { cause });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const read = schema.safeParse(value);
  if (!read.success) throw refuse(read.error.issues[0]?.message ?? 'not understood');
  const { format: _, ...batch } = read.data;
  return { batch, drafts: readReportEntries(new TextEncoder().encode(batch.csv), batch.source, fuels) };
}
