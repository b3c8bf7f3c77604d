/** `hakaru dial METER`: what the dial showed (指針値), for channels whose pulses the gateway counts itself. */

import type { Console } from './console.ts';
import { type CorrectingOptions, correct } from './correcting.ts';

export interface DialOptions extends CorrectingOptions {
  readonly at: string;
  readonly reading: string;
  readonly channel?: string;
}

export function dial(console: Console, meter: string, options: DialOptions): Promise<number> {
  return correct(console, options, (desk) => {
    const of = desk.channel(meter, options.channel);
    const { channel } = of.spec;
    const dialMicro = desk.amount(options.reading, of, 'now');
    return { kind: 'dial', meter, channel, atMs: desk.time(options.at), dialMicro };
  });
}
