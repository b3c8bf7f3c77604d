import type { MeterHealth } from '../../../domain/messages.ts';
import type { GaugeView, MeterView } from '../../views.ts';
import { ago, digitsFor, moment, number, unitText } from './format.ts';
import { gatewayNowMs, language, status, texts } from './state.ts';

/** Each state has its own shape, not only its own colour. */
const HEALTH_PATH: Readonly<Record<MeterHealth, string>> = {
  ok: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm3.6 5.1-4.2 5-3-2.7.9-1 2 1.8 3.3-3.9z',
  waiting: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.6v10.8a5.4 5.4 0 0 1 0-10.8z',
  failing: 'M8 1 15.5 14.5H.5zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z',
  offline: 'M1.5 1.5h13v13h-13zm3 2.1-.9.9L7.1 8l-3.5 3.5.9.9L8 8.9l3.5 3.5.9-.9L8.9 8l3.5-3.5-.9-.9L8 7.1z',
};

function Health({ health }: { health: MeterHealth }) {
  return (
    <span class="health" data-health={health}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path fill-rule="evenodd" d={HEALTH_PATH[health]} />
      </svg>
      {texts.value.health[health]}
    </span>
  );
}

/** W as kW: factories think in kW. */
function gaugeText(gauge: GaugeView, lang: 'ja' | 'en'): { readonly value: string; readonly unit: string } {
  if (gauge.unit === 'W')
    return { value: number(gauge.value / 1000, digitsFor(gauge.value / 1000), lang), unit: 'kW' };
  const digits =
    gauge.gauge === 'power-factor' || gauge.unit === 's' ? 3 : gauge.gauge === 'frequency' ? 2 : 1;
  return { value: number(gauge.value, digits, lang), unit: gauge.unit === '1' ? '' : unitText(gauge.unit) };
}

/** Pressures and temperatures: what a transmitter is there for. */
const isState = ({ gauge }: GaugeView): boolean => gauge === 'temperature' || gauge.startsWith('pressure');

function Now({ meter }: { meter: MeterView }) {
  const t = texts.value;
  const gas = meter.channels.some((one) => one.unit !== 'kWh');
  const gauge =
    meter.gauges.find((one) => one.gauge === 'power') ?? meter.gauges.find((one) => one.gauge === 'flow');
  const shown = gauge ? gaugeText(gauge, language.value) : null;
  const fresh = meter.health === 'ok' || meter.health === 'failing';
  // A contact or a pulse module has nothing but its count to show.
  if (fresh && !gauge) return null;
  return (
    <div class="now" data-fresh={fresh}>
      <dt>{gas || gauge?.gauge === 'flow' ? t.flowNow : t.powerNow}</dt>
      <dd>
        <b>{fresh ? (shown?.value ?? t.empty) : t.empty}</b> {shown?.unit ?? ''}
      </dd>
    </div>
  );
}

function MeterCard({ meter, nameOf }: { meter: MeterView; nameOf: (id: string) => string }) {
  const t = texts.value;
  const lang = language.value;
  const now = status.value;
  const age =
    meter.lastAnswer && gatewayNowMs.value !== null
      ? gatewayNowMs.value - Date.parse(meter.lastAnswer)
      : null;
  return (
    <li class="meter" data-health={meter.health} data-meter={meter.id}>
      <div class="meter-head">
        <h3>{meter.name}</h3>
        <Health health={meter.health} />
      </div>
      <p class="meter-role">
        {t.role[meter.role]}
        {meter.parent ? ` · ${t.partOf(nameOf(meter.parent))}` : ''}
        <span class="meter-type" title={meter.typeName[lang]}>
          {meter.typeName[lang].replace(/ \(.*$/, '')}
        </span>
      </p>
      <dl>
        <Now meter={meter} />
        {meter.channels.map((one) => (
          <div class="row" key={one.channel}>
            <dt>{meter.channels.length > 1 ? `${t.register} (${t.channel[one.channel]})` : t.register}</dt>
            <dd>
              {number(one.register, 1, lang)} {unitText(one.unit)}
            </dd>
          </div>
        ))}
        {meter.gauges.filter(isState).map((gauge) => {
          const { value, unit } = gaugeText(gauge, lang);
          return (
            <div class="row" key={gauge.gauge}>
              <dt>{t.gauge[gauge.gauge]}</dt>
              <dd>
                {meter.health === 'ok' || meter.health === 'failing' ? value : t.empty} {unit}
              </dd>
            </div>
          );
        })}
        <div class="row">
          <dt>{t.lastAnswer}</dt>
          <dd>
            {meter.lastAnswer && now ? (
              <time datetime={meter.lastAnswer} title={meter.lastAnswer}>
                {age !== null && age < 5_400_000 ? ago(age, t) : moment(meter.lastAnswer, now.today)}
              </time>
            ) : (
              t.never
            )}
          </dd>
        </div>
      </dl>
      {meter.fault ? <p class="fault">{meter.fault[lang]}</p> : null}
      {meter.hints.length > 0 ? <p class="meter-todo">{t.seeAttention}</p> : null}
      {meter.gauges.length > 1 || meter.gauges[0]?.gauge === 'timing-offset' ? (
        <details>
          <summary>{t.more}</summary>
          <dl>
            {meter.gauges.map((gauge) => {
              const { value, unit } = gaugeText(gauge, lang);
              return (
                <div class="row" key={gauge.gauge}>
                  <dt>{t.gauge[gauge.gauge]}</dt>
                  <dd>
                    {value} {unit}
                  </dd>
                </div>
              );
            })}
          </dl>
        </details>
      ) : null}
    </li>
  );
}

export function Meters() {
  const t = texts.value;
  const meters = status.value?.meters ?? [];
  if (meters.length === 0) return null;
  const nameOf = (id: string): string => meters.find((meter) => meter.id === id)?.name ?? id;
  return (
    <section class="meters" aria-labelledby="meters-title">
      <h2 id="meters-title">
        {t.meters}
        <span class="meters-count">
          {t.metersOk(meters.filter((meter) => meter.health === 'ok').length, meters.length)}
        </span>
      </h2>
      <ul>
        {meters.map((meter) => (
          <MeterCard key={meter.id} meter={meter} nameOf={nameOf} />
        ))}
      </ul>
    </section>
  );
}
