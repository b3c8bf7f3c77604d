/** Words about the half-hours of gas and steam whose pressures or temperatures are read. */
import type { ConditionName } from '../../../domain/thermo/live-factor.ts';
import type { Language } from './texts.ts';

const ja = {
  condition: { temperature: '温度', gaugePressure: 'ゲージ圧', feedWater: '給水温度' } satisfies Record<
    ConditionName,
    string
  >,
  fallback: '代替値',
  noValue: '値なし',
  noKwh: 'kWh なし',
  working: '計算過程',
};

const en: typeof ja = {
  condition: { temperature: 'Temperature', gaugePressure: 'Gauge pressure', feedWater: 'Feed water' },
  fallback: 'fall-back',
  noValue: 'no value',
  noKwh: 'no kWh',
  working: 'Working',
};

export const HALVES_TEXTS: Readonly<Record<Language, typeof ja>> = { ja, en };
