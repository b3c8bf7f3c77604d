import type { ConditionView, HalfView } from '../../views.ts';
import { clockTime, number, unitText } from './format.ts';
import { HALVES_TEXTS } from './halves-texts.ts';
import { language } from './state.ts';

/** Millionths of kWh per unit say nothing to the eye. */
const FACTOR_DIGITS = 3;
/** kPa and °C. */
const CONDITION_DIGITS = 1;

function Condition({ shown }: { shown: ConditionView }) {
  const t = HALVES_TEXTS[language.value];
  const lang = language.value;
  return (
    <div class="row">
      <dt>{t.condition[shown.condition]}</dt>
      <dd>
        {shown.value === null ? (
          <span class="tag">{t.noValue}</span>
        ) : (
          <>
            {number(shown.value, CONDITION_DIGITS, lang)} {shown.unit}
            {shown.used === 'fallback' ? <span class="tag">{t.fallback}</span> : null}
          </>
        )}
      </dd>
    </div>
  );
}

/** What the gauges of gas or steam made of each half-hour, with the whole working for whoever wants it. */
export function Halves({ halves, unit }: { halves: readonly HalfView[]; unit: string }) {
  const t = HALVES_TEXTS[language.value];
  const lang = language.value;
  return (
    <section class="halves">
      {halves.map((half) => (
        <div key={half.start}>
          <h4>
            {clockTime(half.start)}
            <span class="details-also">
              {half.kwhPerUnit === null
                ? t.noKwh
                : `${number(half.kwhPerUnit, FACTOR_DIGITS, lang)} kWh/${unitText(unit)}`}
            </span>
          </h4>
          <dl class="rows">
            {half.conditions.map((shown) => (
              <Condition key={shown.condition} shown={shown} />
            ))}
          </dl>
          <details>
            <summary>{t.working}</summary>
            <ol class="working">
              {half.working[lang].map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ol>
          </details>
        </div>
      ))}
    </section>
  );
}
