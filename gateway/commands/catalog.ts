/** `hakaru catalog`: the meter types this gateway knows. */
import { loadMeterTypes } from '../../config/meter-types.ts';
import type { MeterType } from '../../config/types.ts';
import type { Language } from '../domain/faults.ts';
import { type Console, type Words, words } from './console.ts';
import { table } from './table.ts';

const STATUS: Readonly<Record<MeterType['status'], Words>> = {
  verified: { en: 'verified', ja: '確認済み' },
  unverified: { en: 'unverified', ja: '未確認' },
};
const PULSE_INPUTS: Words = { en: '{count} pulse inputs', ja: 'パルス入力 {count} 点' };

function countsOf({ channels, pulseInputs }: MeterType, language: Language): readonly string[] {
  if (!pulseInputs) return Object.keys(channels);
  return [PULSE_INPUTS[language].replace('{count}', String(Object.keys(pulseInputs).length))];
}

export function catalog(console: Console, options: { readonly json?: boolean }): number {
  const types = [...loadMeterTypes().values()];
  if (options.json) {
    const list = types.map((type) => ({
      id: type.id,
      maker: type.maker,
      model: type.model,
      status: type.status,
      channels: countsOf(type, 'en'),
      manual: type.manual,
      source: type.source,
    }));
    console.out(JSON.stringify(list, null, 2));
    return 0;
  }
  const header = words(console, {
    en: 'type|maker|model|status|channels',
    ja: '機種|メーカー|型式|確認|計量値',
  }).split('|');
  console.out(
    table(
      header,
      types.map((type) => [
        type.id,
        type.maker,
        type.model,
        words(console, STATUS[type.status]),
        countsOf(type, console.language).join(', '),
      ]),
    ),
  );
  return 0;
}
