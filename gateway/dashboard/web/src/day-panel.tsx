import type { ChannelDayView, DayView } from '../../views.ts';
import { Chart } from './chart.tsx';
import { Details } from './details.tsx';
import { longDate, shiftDate } from './format.ts';
import { HourTable } from './hour-table.tsx';
import { showDate } from './live.ts';
import {
  channel,
  chosenChannel,
  chosenHour,
  day,
  dayFailed,
  keyOf,
  language,
  texts,
  type ViewKind,
  view,
} from './state.ts';
import { Totals } from './totals.tsx';

function ChannelChoice({ shown, channels }: { shown: ChannelDayView; channels: readonly ChannelDayView[] }) {
  const t = texts.value;
  return (
    <label class="choice">
      <span class="choice-label">{t.meter}</span>
      <select
        aria-label={t.meter}
        value={keyOf(shown)}
        onChange={(event) => {
          chosenHour.value = null;
          chosenChannel.value = event.currentTarget.value;
        }}
      >
        {channels.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)} selected={keyOf(one) === keyOf(shown)}>
            {one.name} · {t.channel[one.channel]}
          </option>
        ))}
      </select>
    </label>
  );
}

function DateChoice({ shown }: { shown: DayView }) {
  const t = texts.value;
  const { date, today } = shown;
  const yesterday = shiftDate(today, -1);
  const latest = shiftDate(today, 1);
  return (
    <div class="dates">
      <button
        type="button"
        class="arrow"
        aria-label={t.previousDay}
        onClick={() => showDate(shiftDate(date, -1))}
      >
        ‹
      </button>
      <input
        type="date"
        aria-label={t.date}
        value={date}
        max={latest}
        required
        onChange={(event) =>
          event.currentTarget.value &&
          showDate(event.currentTarget.value === today ? null : event.currentTarget.value)
        }
      />
      <button
        type="button"
        class="arrow"
        aria-label={t.nextDay}
        disabled={date >= latest}
        onClick={() => showDate(shiftDate(date, 1) === today ? null : shiftDate(date, 1))}
      >
        ›
      </button>
      <button type="button" aria-pressed={date === today} onClick={() => showDate(null)}>
        {t.today}
      </button>
      <button
        type="button"
        class="yesterday"
        aria-pressed={date === yesterday}
        onClick={() => showDate(yesterday)}
      >
        {t.yesterday}
      </button>
    </div>
  );
}

const VIEWS: readonly ViewKind[] = ['chart', 'table'];

function ViewChoice() {
  const t = texts.value;
  return (
    <div class="switch" role="group" aria-label={t.view}>
      {VIEWS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={view.value === one}
          onClick={() => {
            view.value = one;
          }}
        >
          {t[one]}
        </button>
      ))}
    </div>
  );
}

/** One day of one meter: choice, totals, bars, the chosen hour, table. */
export function DayPanel() {
  const t = texts.value;
  const shownDay = day.value;
  const shown = channel.value;
  if (!shownDay || !shown)
    return <section class="panel panel-empty">{dayFailed.value ? t.dayFailed : t.loading}</section>;
  return (
    <section class="panel day" aria-labelledby="day-title">
      <div class="toolbar">
        <h2 id="day-title">
          {longDate(shownDay.date, language.value)}
          <span class="print-only"> · {shown.name}</span>
        </h2>
        <DateChoice shown={shownDay} />
        <ChannelChoice shown={shown} channels={shownDay.channels} />
        <ViewChoice />
        <button type="button" class="print-button" onClick={() => window.print()}>
          {t.print}
        </button>
      </div>
      {dayFailed.value ? (
        <p class="day-failed" role="status">
          {t.dayFailed}
        </p>
      ) : null}
      <Totals shown={shown} flat={shownDay.coefficients.flatMjPerKwh} />
      <div class="day-chart" hidden={view.value !== 'chart'}>
        <Chart shown={shown} shownDay={shownDay} />
        <Details shown={shown} />
      </div>
      <div class="day-table" hidden={view.value !== 'table'}>
        <HourTable shown={shown} />
      </div>
    </section>
  );
}
