/** `hakaru exchange METER`: the meter was replaced (計器交換), with what the old and the new one showed. */

import type { Console } from './console.ts';
import { type CorrectingOptions, correct } from './correcting.ts';

export interface ExchangeOptions extends CorrectingOptions {
  readonly at: string;
  readonly oldFinal: string;
  readonly newStart: string;
  readonly channel?: string;
  /** Of the new meter. */
  readonly serial?: string;
}

export function exchange(console: Console, meter: string, options: ExchangeOptions): Promise<number> {
  return correct(console, options, (desk) => {
    const of = desk.channel(meter, options.channel);
    return {
      kind: 'exchange',
      meter,
      channel: of.spec.channel,
      answer: {
        kind: 'exchange',
        atMs: desk.time(options.at),
        finalMicro: desk.amount(options.oldFinal, of, 'old'),
        startMicro: desk.amount(options.newStart, of, 'now'),
        serial: options.serial ?? null,
      },
    };
  });
}
