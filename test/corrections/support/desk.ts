/** A ledger with somebody at the desk who tells it what happened. */
import { expect } from 'vitest';
import type { Correction } from '../../../gateway/domain/corrections.ts';
import { CodedError, type FaultCode } from '../../../gateway/domain/faults.ts';
import type { StepAnswer } from '../../../gateway/domain/ledger/correction.ts';
import { instant } from '../../../gateway/domain/time.ts';
import { createCorrector } from '../../../gateway/stages/apply-correction.ts';
import { listQuestions } from '../../../gateway/stages/list-questions.ts';
import type { Ledger } from '../../ledger/support/ledger.ts';
import { micro } from '../../ledger/support/ledger.ts';

export interface ExchangeSaid {
  readonly at: number;
  readonly final: string;
  readonly start: string;
  readonly serial?: string;
  readonly sure?: boolean;
}

export function openDesk(ledger: Ledger) {
  let said = 0;
  const specs = () => new Map([[ledger.channelId, ledger.spec()]]);
  const corrector = () => {
    const { store, grid } = ledger;
    return createCorrector({ store, grid, specs: specs(), events: ledger.stages().events });
  };
  const common = (sure = false) => ({
    id: `said-${++said}`,
    by: 'tanaka',
    saidAtMs: instant(0),
    meter: ledger.spec().meter,
    channel: ledger.spec().channel,
    sure,
  });
  const apply = (correction: Correction, nowMs: number) => {
    const outcome = corrector().apply(correction, instant(nowMs));
    ledger.stages().acceptor.reload();
    ledger.close(nowMs);
    return outcome;
  };
  return {
    corrector,
    apply,
    exchange: ({ at, final, start, serial, sure }: ExchangeSaid, nowMs: number) =>
      apply(
        {
          ...common(sure),
          kind: 'exchange',
          answer: {
            kind: 'exchange',
            atMs: instant(at),
            finalMicro: micro(final),
            startMicro: micro(start),
            serial: serial ?? null,
          },
        },
        nowMs,
      ),
    answer: (era: number, answer: StepAnswer, nowMs: number, sure = false) =>
      apply({ ...common(sure), kind: 'answer', era, answer }, nowMs),
    dial: (text: string, at: number, nowMs = at) =>
      apply({ ...common(), kind: 'dial', atMs: instant(at), dialMicro: micro(text) }, nowMs),
    questions: (all = false) => listQuestions(ledger.store, specs(), all),
    trail: () => ledger.store.corrections.all(),
  };
}

/** What `work` is refused with. Nothing may have been written. */
export function refusal(ledger: Ledger, work: () => unknown): FaultCode {
  const before = [ledger.store.corrections.all().length, ledger.messages().length];
  try {
    work();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    expect([ledger.store.corrections.all().length, ledger.messages().length]).toEqual(before);
    return error.fault.code;
  }
  return expect.unreachable('it was not refused');
}

/** All hours of the ledger so far, added up. */
export function hoursSum(ledger: Ledger): bigint {
  return ledger
    .hours(0, 8_000_000_000_000)
    .reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n);
}
