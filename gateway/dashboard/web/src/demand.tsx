import type { DemandMonthEntry } from '../../../domain/demand/report.ts';
import type { DemandView } from '../../views.ts';
import { DemandChart } from './demand-chart.tsx';
import { DEMAND_TEXTS } from './demand-texts.ts';
import { clockTime, hourSpan, number, unitText } from './format.ts';
import { gatewayNowMs, language, status } from './state.ts';

const MINUTE_MS = 60_000;

const digits = (value: number | null): number => (value !== null && Math.abs(value) >= 100 ? 0 : 1);
const figure = (value: number | null): string => number(value, digits(value), language.value);

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note?: string | null;
  readonly mood?: 'good' | 'caution' | 'bad' | null;
}

function Figure({ label, value, unit, note, mood }: FigureProps) {
  return (
    <div class="demand-figure" data-mood={mood ?? 'none'}>
      <dt>{label}</dt>
      <dd>
        <span class="demand-value">
          <b>{value}</b> <span class="figure-unit">{unit}</span>
        </span>
        {note ? <span class="figure-note">{note}</span> : null}
      </dd>
    </div>
  );
}

/** "11-20 13:30–14:00", or the time alone where it is of today. */
function periodText(at: string | null, minutes: number): string {
  if (at === null) return '';
  const endMs = Date.parse(at) + minutes * MINUTE_MS;
  const offsetMs = Date.parse(`${at.slice(0, 19)}Z`) - Date.parse(at);
  const end = new Date(endMs + offsetMs).toISOString();
  const span = hourSpan(at, end);
  return at.startsWith(status.value?.today ?? '—') ? span : `${at.slice(0, 10)} ${span}`;
}

/** What is left of the period. */
function leftText(demand: DemandView): string {
  const t = DEMAND_TEXTS[language.value];
  const now = gatewayNowMs.value ?? Date.parse(demand.period.start);
  const leftMs = Math.max(0, Date.parse(demand.period.end) - now);
  return t.left(Math.floor(leftMs / MINUTE_MS), Math.floor(leftMs / 1000));
}

function Head({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const { level, levelSince, reason, period } = demand;
  const state = level ?? (reason === null ? 'calm' : 'unknown');
  const word = level ? t.level[level] : reason === null ? t.calm : t.unknown;
  return (
    <div class="demand-head">
      <h2 id={`demand-${demand.id}`}>
        {t.title}
        {demand.name === demand.id ? '' : ` · ${demand.name}`}
      </h2>
      <p class="demand-period">{t.period(hourSpan(period.start, period.end), leftText(demand))}</p>
      <p class="demand-level" data-level={state} role={level ? 'alert' : 'status'}>
        {word}
        {levelSince ? <span> {t.alarmSince(clockTime(levelSince))}</span> : null}
      </p>
    </div>
  );
}

function Figures({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const unit = unitText(demand.unit);
  const { now, predicted, target, shed, holdable, levels } = demand;
  const percent = predicted === null ? null : number((predicted / target) * 100, 0, language.value);
  const mood =
    predicted === null
      ? null
      : predicted >= levels.warning
        ? 'bad'
        : predicted >= levels.caution
          ? 'caution'
          : 'good';
  const shedNote =
    shed === null ? null : holdable === false ? t.cannotHold : shed > 0 ? t.reduceNow : t.holds;
  return (
    <dl class="demand-figures">
      <Figure label={t.now} value={figure(now)} unit={unit} note={`${t.target} ${figure(target)} ${unit}`} />
      <Figure
        label={t.predicted}
        value={figure(predicted)}
        unit={unit}
        note={percent === null ? null : t.ofTarget(percent)}
        mood={mood}
      />
      <Figure
        label={demand.unit === 'kW' ? t.shed : t.shedOther}
        value={figure(holdable === false ? null : shed)}
        unit={unit}
        note={shedNote}
        mood={shed === null ? null : shed > 0 ? 'bad' : 'good'}
      />
    </dl>
  );
}

function Notes({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const meters = status.value?.meters ?? [];
  const name = meters.find(({ id }) => id === demand.reasonMeter)?.name ?? demand.reasonMeter ?? '';
  const unit = unitText(demand.unit);
  const notes = [
    demand.reason === null ? null : t.reason(name)[demand.reason],
    demand.footing === 'measured' ? null : t.footing[demand.footing],
    demand.coarse ? t.coarse(`${figure(demand.step)} ${unit}`) : null,
  ].filter((note) => note !== null);
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="demand-note">
          {note}
        </p>
      ))}
    </>
  );
}

function Row({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <div class="demand-row">
      <dt>{label}</dt>
      <dd>
        {value}
        {note ? <span class="demand-row-note">{note}</span> : null}
      </dd>
    </div>
  );
}

function monthNote(month: DemandMonthEntry | null, minutes: number): string {
  const t = DEMAND_TEXTS[language.value];
  if (!month) return '';
  const at = month.billed ? t.billed : periodText(month.at, minutes);
  return [at, month.leftOut > 0 ? t.leftOut(month.leftOut) : ''].filter((part) => part !== '').join(' · ');
}

function basisNote({ basis, period, unit }: DemandView): string {
  const t = DEMAND_TEXTS[language.value];
  if (!basis) return '';
  const at = basis.at ? periodText(basis.at, period.minutes) : t.billed;
  return unit === 'kW' ? `${t.basisNote} · ${at}` : at;
}

function timingText({ timing }: DemandView): string {
  const t = DEMAND_TEXTS[language.value];
  if (!timing) return t.own;
  const seconds = number(Math.abs(timing.offsetSeconds), 2, language.value);
  return timing.offsetSeconds < 0 ? t.behind(seconds) : t.ahead(seconds);
}

function Facts({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const unit = unitText(demand.unit);
  const { month, basis, contract, period } = demand;
  const value = (amount: number | null | undefined): string =>
    amount === null || amount === undefined ? t.noMaximum : `${figure(amount)} ${unit}`;
  return (
    <dl class="demand-facts">
      <Row label={t.monthMaximum} value={value(month?.maximum)} note={monthNote(month, period.minutes)} />
      <Row label={t.basis} value={value(basis?.maximum)} note={basisNote(demand)} />
      {contract === null ? null : (
        <Row label={demand.unit === 'kW' ? t.contract : t.contractOther} value={value(contract)} />
      )}
      <Row
        label={demand.unit === 'kW' ? t.power : t.powerOther}
        value={demand.power === null ? '—' : `${figure(demand.power)} ${unit}`}
      />
      <Row label={t.timing} value={timingText(demand)} />
    </dl>
  );
}

function Months({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const unit = unitText(demand.unit);
  return (
    <details class="demand-more">
      <summary>{t.months}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.month}</th>
            <th scope="col">
              {t.maximum} ({unit})
            </th>
            <th scope="col">{t.at}</th>
            <th scope="col">{t.out}</th>
          </tr>
        </thead>
        <tbody>
          {demand.months.map((month) => (
            <tr key={month.from}>
              <th scope="row">{month.month}</th>
              <td>{figure(month.maximum)}</td>
              <td>{month.billed ? t.billed : periodText(month.at, demand.period.minutes)}</td>
              <td>{month.measured + month.leftOut === 0 ? '—' : month.leftOut}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="demand-methods">
        {t.methods}:{' '}
        {(['two-point', 'moving-average', 'least-squares'] as const)
          .map((method) => `${t.method[method]} ${figure(demand.byMethod[method])}`)
          .join(' · ')}{' '}
        {unit}
      </p>
    </details>
  );
}

/** The demand of each running period: now, predicted, what to switch off, and the maxima that a contract rests on. */
export function Demands() {
  const demands = status.value?.demand.demands ?? [];
  return (
    <>
      {demands.map((demand) => (
        <section
          key={demand.id}
          class="panel demand"
          aria-labelledby={`demand-${demand.id}`}
          data-level={demand.level ?? 'none'}
        >
          <Head demand={demand} />
          <Notes demand={demand} />
          <div class="demand-body">
            <div>
              <Figures demand={demand} />
              <DemandChart demand={demand} />
            </div>
            <div class="demand-side">
              <Facts demand={demand} />
              <Months demand={demand} />
            </div>
          </div>
        </section>
      ))}
    </>
  );
}
