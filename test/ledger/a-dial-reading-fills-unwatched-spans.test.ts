import { describe, expect, it } from 'vitest';
import { CodedError } from '../../gateway/domain/faults.ts';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const NINE = at('2026-07-01T09:00:00+09:00');
/** Pulses of 1 m³ that the gateway counts itself; at most 60 m³/h. */
const gas = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('60'),
  kwhPerUnit: null,
  scale: { unitsPerCount: decimal('1') },
});

/** One pulse every three minutes, counted from the given minute to the other. */
const pulses = (from: number, to: number, counted: number) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    reading(NINE + (from + i) * MINUTE, counted + Math.floor(i / 3)),
  );

describe('pulses that the gateway counts', () => {
  /** Watched 9:00–9:45 and 10:45–12:05; 20 pulses passed in between unseen. */
  const interrupted = () => {
    const ledger = openLedger({ startMs: NINE, spec: gas });
    ledger.feed([...pulses(0, 45, 0), ...pulses(105, 185, 15)]);
    return ledger;
  };

  it('an unwatched span leaves its slots missing, with the counted part shown', () => {
    const ledger = interrupted();
    ledger.close(NINE + 3 * HOUR + 5 * MINUTE);

    expect(
      ledger.hours(NINE, NINE + 3 * HOUR).map(({ quality, quantityMicro }) => [quality, quantityMicro]),
    ).toEqual([
      ['missing', null],
      ['missing', null],
      ['measured', micro('20')],
    ]);
    expect(ledger.slot(NINE)).toMatchObject({ quality: 'measured', quantityMicro: micro('10') });
    expect(ledger.slot(NINE + 30 * MINUTE)).toMatchObject({
      quality: 'missing',
      quantityMicro: null,
      countedMicro: micro('5'),
    });
  });

  it('two dial readings say what passed in it; the hours are sent again', () => {
    const ledger = interrupted();
    ledger.close(NINE + 3 * HOUR + 5 * MINUTE);
    expect(ledger.dial(micro('7000'), NINE).settled).toEqual({ fills: [], adjustmentMicro: 0n });
    const { settled } = ledger.dial(micro('7060'), NINE + 3 * HOUR, NINE + 3 * HOUR + 6 * MINUTE);
    expect(settled).toEqual({
      fills: [{ fromMs: NINE + 45 * MINUTE, toMs: NINE + 105 * MINUTE, micro: micro('20') }],
      adjustmentMicro: 0n,
    });
    ledger.close(NINE + 3 * HOUR + 7 * MINUTE);

    expect(ledger.hours(NINE, NINE + 3 * HOUR)).toMatchObject([
      { quality: 'estimated', quantityMicro: micro('20'), revision: 2, coverageMicro: 750_000 },
      { quality: 'estimated', quantityMicro: micro('20'), revision: 2, coverageMicro: 250_000 },
      { quality: 'measured', quantityMicro: micro('20'), revision: 1 },
    ]);
  });

  it('what finds no unwatched span is an adjustment, part of no slot', () => {
    const ledger = openLedger({ startMs: NINE, spec: gas });
    ledger.feed(pulses(0, 125, 0));
    ledger.dial(micro('7000'), NINE);
    expect(ledger.dial(micro('7042'), NINE + 2 * HOUR).settled).toEqual({
      fills: [],
      adjustmentMicro: micro('2'),
    });
    // Contact bounce: more was counted than passed.
    ledger.feed(pulses(126, 190, 42));
    expect(ledger.dial(micro('7060'), NINE + 3 * HOUR).settled.adjustmentMicro).toBe(micro('-2'));
    ledger.close(NINE + 3 * HOUR + 10 * MINUTE);

    const slots = ledger.slots(NINE, 6).reduce((sum, slot) => sum + (slot.quantityMicro ?? 0n), 0n);
    const adjustments = ledger.store.dials
      .adjustments(ledger.channelId)
      .reduce((sum, each) => sum + each, 0n);
    expect(slots + adjustments).toBe(micro('60'));
  });

  it('a dial read while nobody watches settles the time up to it, and the next one the rest', () => {
    const ledger = openLedger({ startMs: NINE, spec: gas });
    ledger.feed(pulses(0, 60, 0));
    ledger.dial(micro('100'), NINE);
    // Nobody has counted since 10:00; at 11:00 the dial says 40.
    expect(ledger.dial(micro('140'), NINE + 2 * HOUR).settled.fills).toEqual([
      { fromMs: NINE + HOUR, toMs: NINE + 2 * HOUR, micro: micro('20') },
    ]);
    ledger.feed(pulses(180, 250, 20));
    ledger.dial(micro('180'), NINE + 4 * HOUR);
    ledger.close(NINE + 5 * HOUR);

    expect(ledger.hours(NINE, NINE + 4 * HOUR).map(({ quantityMicro }) => quantityMicro)).toEqual(
      Array.from({ length: 4 }, () => micro('20')),
    );
    expect(ledger.store.dials.adjustments(ledger.channelId)).toEqual([0n, 0n, 0n]);
  });

  it('coarse pulses are not smoothed: the boundary is the count then', () => {
    const ledger = openLedger({ startMs: NINE, spec: gas });
    ledger.feed(pulses(0, 29, 0));
    ledger.feed([reading(NINE + 31 * MINUTE, 12)]);
    expect(ledger.boundary(NINE + 30 * MINUTE)).toMatchObject({ totalMicro: micro('9') });
  });
});

describe('a dial reading is refused', () => {
  const codeOf = (work: () => unknown) => {
    try {
      work();
      return 'accepted';
    } catch (error) {
      if (error instanceof CodedError) return error.fault.code;
      throw error;
    }
  };

  it('for a register that the meter keeps itself', () => {
    const ledger = openLedger({ startMs: NINE });
    ledger.feed([reading(NINE, 1)]);
    expect(codeOf(() => ledger.dial(micro('1'), NINE))).toBe('dial-not-for-meter-kept');
  });

  it('when it is not later than the one before, lies in the future, or went back; nothing is recorded then', () => {
    const ledger = openLedger({ startMs: NINE, spec: gas });
    ledger.feed(pulses(0, 60, 0));
    ledger.dial(micro('7000'), NINE + MINUTE);
    expect(codeOf(() => ledger.dial(micro('7001'), NINE + MINUTE))).toBe('dial-out-of-order');
    expect(codeOf(() => ledger.dial(micro('7001'), NINE + 3 * MINUTE, NINE + 2 * MINUTE))).toBe(
      'dial-out-of-order',
    );
    expect(codeOf(() => ledger.dial(micro('6999.9'), NINE + HOUR))).toBe('dial-fell');
    expect(ledger.store.dials.newest(ledger.channelId)).toMatchObject({ dialMicro: micro('7000') });
  });
});
