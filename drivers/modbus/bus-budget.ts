/**
 * How busy each line will be, before anything was asked: the reads that the driver will make of each meter, at the
 * line's baud, with the silences, the pauses that meters want and the answer times. What a busy wire adds (a read made
 * a little wider so that its answer is certain, retries) is not in it; the log tells after the second round how long
 * a round really takes. Pure.
 */
import type { LineBudget, MeterConfig, ModbusLineConfig, SiteConfig } from '../../config/types.ts';
import { piecesOf, quantitiesOf } from './quantities.ts';
import { readLimits } from './read-limits.ts';
import { type PlannedRead, planReads } from './read-plan.ts';
import { transactionMs, USUAL_ANSWER_DELAY_MS } from './timing.ts';

export interface MeterBudget {
  readonly meter: string;
  readonly requests: number;
  readonly words: number;
  /** One poll with usual answer times, ms. */
  readonly ms: number;
  /** One poll in which each answer takes as long as the type allows, ms. */
  readonly longestMs: number;
}

/** What one poll of a meter costs its line. */
export function meterBudget(line: ModbusLineConfig, meter: MeterConfig): MeterBudget {
  const reads = planReads(piecesOf(quantitiesOf(meter)), readLimits(line, meter));
  const { responseMs, pauseMs = 0 } = meter.type.limits;
  // On a network the wire takes no time that could be known here.
  const wireMs = ({ words }: PlannedRead): number =>
    line.kind === 'modbus-tcp' ? 0 : transactionMs(line.baudRate, words, 0);
  const sum = (delayMs: number): number =>
    reads.reduce((total, read) => total + wireMs(read) + delayMs, pauseMs * (reads.length - 1));
  return {
    meter: meter.id,
    requests: reads.length,
    words: reads.reduce((total, { words }) => total + words, 0),
    ms: sum(Math.min(USUAL_ANSWER_DELAY_MS, responseMs)),
    longestMs: sum(responseMs),
  };
}

/** Every line of the site that has meters. */
export function lineBudgets(site: Pick<SiteConfig, 'lines' | 'meters'>): readonly LineBudget[] {
  return site.lines.flatMap((line) => {
    // Pulse inputs tell by themselves: nobody asks.
    if (line.kind === 'gpio') return [];
    const own = site.meters
      .filter((meter) => meter.line === line.id)
      .map((meter) => ({ intervalMs: meter.intervalMs, ...meterBudget(line, meter) }));
    if (own.length === 0) return [];
    return [
      {
        line: line.id,
        meters: own.length,
        requests: own.reduce((sum, { requests }) => sum + requests, 0),
        roundMs: Math.round(own.reduce((sum, { ms }) => sum + ms, 0)),
        longestMs: Math.round(own.reduce((sum, { longestMs }) => sum + longestMs, 0)),
        share: Number(own.reduce((sum, { ms, intervalMs }) => sum + ms / intervalMs, 0).toFixed(3)),
      },
    ];
  });
}
