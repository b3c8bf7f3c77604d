/** A correction as a file in DATA/inbox/corrections: written by a command, read by the one process that writes. */
import * as z from 'zod';
import type { Correction } from '../gateway/domain/corrections.ts';
import { CodedError, fault } from '../gateway/domain/faults.ts';
import { CHANNEL_NAMES } from '../gateway/domain/meters.ts';
import { instant } from '../gateway/domain/time.ts';
import { strict } from './fields.ts';

const FORMAT = 'hakaru-correction/1';
/** Larger than any register, small enough to read. */
const micro = z
  .string()
  .regex(/^-?\d{1,18}$/)
  .transform((text) => BigInt(text));
const at = z.int().transform((ms) => instant(ms));
const line = z.string().min(1).max(200);

const exchange = strict({
  kind: z.literal('exchange'),
  atMs: at.nullable(),
  finalMicro: micro,
  startMicro: micro,
  serial: line.nullable(),
});
const answer = z.discriminatedUnion('kind', [
  exchange,
  strict({ kind: z.literal('reset'), finalMicro: micro.nullable(), startMicro: micro }),
  strict({ kind: z.literal('wrap'), endMicro: micro.nullable() }),
  strict({ kind: z.literal('real') }),
  strict({ kind: z.literal('ignore') }),
]);
const said = {
  format: z.literal(FORMAT),
  id: line,
  by: line,
  saidAtMs: at,
  meter: line,
  channel: z.enum(CHANNEL_NAMES),
  sure: z.boolean(),
};
const schema = z.discriminatedUnion('kind', [
  strict({ ...said, kind: z.literal('exchange'), answer: exchange.extend({ atMs: at }) }),
  strict({ ...said, kind: z.literal('answer'), era: z.int().min(2), answer }),
  strict({ ...said, kind: z.literal('setting'), setting: line }),
  strict({ ...said, kind: z.literal('dial'), atMs: at, dialMicro: micro }),
]);

export function writeCorrection(correction: Correction): Uint8Array {
  const text = JSON.stringify({ format: FORMAT, ...correction }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  return new TextEncoder().encode(`${text}\n`);
}

/** @throws CodedError correction-unreadable */
export function readCorrection(bytes: Uint8Array, source: string): Correction {
  const refuse = (reason: string, cause?: unknown): CodedError =>
    new CodedError(fault('correction-unreadable', { source, reason }), { cause });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const read = schema.safeParse(value);
  if (!read.success) {
    const [first] = read.error.issues;
    throw refuse(`${first?.path.join('.') ?? ''}: ${first?.message ?? 'not understood'}`);
  }
  const { format: _, ...correction } = read.data;
  return correction;
}
