/** A register of 64 bits is said to have gone round once: nobody can be so sure that the ledger would hold it. */
import { expect, it } from 'vitest';
import { CodedError } from '../../gateway/domain/faults.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { openDesk } from './support/desk.ts';

function outcome(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    return error instanceof CodedError ? error.fault.code : String(error);
  }
}

const START = at('2026-07-01T09:00:00+09:00');

it('is refused with --sure too, and nothing changes', () => {
  const spec = specWith({ scale: { wrapsAt: { num: 2n ** 64n, den: 1n } } });
  const ledger = openLedger({ startMs: START, spec });
  const desk = openDesk(ledger);
  const minutes = (from: number, to: number, count: number) =>
    Array.from({ length: to - from }, (_, i) => reading(START + (from + i) * MINUTE, count + i));
  ledger.feed([...minutes(0, 40, 5_000), ...minutes(41, 130, 7)]);
  ledger.close(START + 3 * HOUR);
  const wrap = { kind: 'wrap', endMicro: null } as const;
  const nowMs = START + 3 * HOUR;
  for (const sure of [false, true])
    expect(outcome(() => desk.answer(2, wrap, nowMs, sure))).toBe('correction-implausible');
  expect(desk.trail()).toEqual([]);
  desk.answer(2, { kind: 'wrap', endMicro: micro('510') }, nowMs, true);
  expect(desk.trail()).toHaveLength(1);
});
