/** `hakaru catalog`: the meter types this gateway knows. */
import { loadMeterTypes } from '../../config/meter-types.ts';
import { type Console, table, words } from './console.ts';

export function catalog(console: Console, options: { readonly json?: boolean }): number {
  const types = [...loadMeterTypes().values()].map((type) => ({
    id: type.id,
    maker: type.maker,
    model: type.model,
    status: type.status,
    channels: type.pulseInputs
      ? [`${Object.keys(type.pulseInputs).length} pulse inputs`]
      : Object.keys(type.channels),
    manual: type.manual,
    source: type.source,
  }));
  if (options.json) {
    console.out(JSON.stringify(types, null, 2));
    return 0;
  }
  const header = words(console, {
    en: 'type|maker|model|status|channels',
    ja: '機種|メーカー|型式|確認|計量値',
  }).split('|');
  console.out(
    table(
      header,
      types.map((type) => [type.id, type.maker, type.model, type.status, type.channels.join(', ')]),
    ),
  );
  return 0;
}
