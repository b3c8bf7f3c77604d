import type { ChannelDayView, DayView } from '../../views.ts';
import { BAND_HEIGHT, Band } from './band.tsx';
import { Bars, type Plot, xOf, yOf } from './bars.tsx';
import { clockTime, number, unitText } from './format.ts';
import { Legend } from './legend.tsx';
import { axisFor } from './scale.ts';
import { gatewayNowMs, isWeighed, language, soFar, texts, valueOf } from './state.ts';
import { useWidth } from './width.ts';

const WIDE_PX = 600;
const FIRST_WIDTH_PX = 900;
/** Hours between two labels of the x axis. */
const LABEL_EVERY = 3;

function Grid({ plot, ticks, unit }: { plot: Plot; ticks: readonly number[]; unit: string }) {
  const t = texts.value;
  const step = ticks[1] ?? 1;
  const digits = String(step).split('.')[1]?.length ?? 0;
  return (
    <g class="grid" aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            class={tick === 0 ? 'base' : 'rule'}
            x1={plot.left}
            x2={plot.left + plot.width}
            y1={yOf(plot, tick)}
            y2={yOf(plot, tick)}
          />
          <text x={plot.left - 8} y={yOf(plot, tick) + 4.5} text-anchor="end">
            {number(tick, digits, language.value)}
          </text>
        </g>
      ))}
      <text class="unit" x={plot.left - 8} y={13} text-anchor="end">
        {unitText(unit)}
      </text>
      <text class="unit" x={plot.left} y={13}>
        {t.perHour}
      </text>
      <text x={plot.left - 14} y={plot.top + plot.height + 20} text-anchor="end">
        {t.hourAxis}
      </text>
    </g>
  );
}

function HourAxis({ shown, plot }: { shown: ChannelDayView; plot: Plot }) {
  const y = plot.top + plot.height;
  const labels = [...shown.frames.map((frame) => frame.label), '24'];
  return (
    <g class="axis" aria-hidden="true">
      {labels.map((label, index) => (
        <g key={`${index}-${label}`}>
          <line
            x1={xOf(plot, index)}
            x2={xOf(plot, index)}
            y1={y}
            y2={y + (index % LABEL_EVERY === 0 ? 6 : 3)}
          />
          {index % LABEL_EVERY === 0 || index === plot.count ? (
            <text x={xOf(plot, index)} y={y + 20} text-anchor="middle">
              {label}
            </text>
          ) : null}
        </g>
      ))}
    </g>
  );
}

/** A line at this very moment, on today's page only. */
function NowLine({ shown, shownDay, plot }: { shown: ChannelDayView; shownDay: DayView; plot: Plot }) {
  const now = gatewayNowMs.value;
  const first = shown.frames[0];
  if (now === null || !first || shownDay.date !== shownDay.today) return null;
  const hours = (now - Date.parse(first.start)) / 3_600_000;
  if (hours < 0 || hours > plot.count) return null;
  const x = xOf(plot, hours);
  const offsetMs = Date.parse(`${first.start.slice(0, 19)}Z`) - Date.parse(first.start);
  const label = `${texts.value.now} ${clockTime(new Date(now + offsetMs).toISOString())}`;
  const anchor = hours > plot.count - 2 ? 'end' : hours < 2 ? 'start' : 'middle';
  return (
    <g class="now-line" aria-hidden="true">
      <line x1={x} x2={x} y1={plot.top - 4} y2={plot.top + plot.height} />
      <text x={x} y={13} text-anchor={anchor}>
        {label}
      </text>
    </g>
  );
}

/** The day as bars: colour and pattern say the class, dashes say that nothing is known. */
export function Chart({ shown, shownDay }: { shown: ChannelDayView; shownDay: DayView }) {
  const { frame, widthPx: width } = useWidth<HTMLDivElement>(FIRST_WIDTH_PX);
  const wide = width >= WIDE_PX;
  const values = shown.frames.map((one) => valueOf(one) ?? 0);
  const { ticks, top: largest } = axisFor(Math.max(...values, soFar.value ?? 0));
  const left = wide ? 60 : 46;
  const plot: Plot = {
    left,
    top: 28,
    width: width - left - 12,
    height: wide ? 232 : 190,
    largest,
    count: shown.frames.length,
  };
  const bandY = plot.top + plot.height + 30;
  const height = isWeighed(shown) ? bandY + BAND_HEIGHT + 2 : bandY;
  return (
    <div class="chart" ref={frame}>
      <svg viewBox={`0 0 ${width} ${height}`} width="100%" role="group" aria-label={texts.value.chartTitle}>
        <Grid plot={plot} ticks={ticks} unit={shown.unit} />
        <Bars shown={shown} plot={plot} />
        <HourAxis shown={shown} plot={plot} />
        <NowLine shown={shown} shownDay={shownDay} plot={plot} />
        <Band shown={shown} plot={plot} y={bandY} />
      </svg>
      <Legend shown={shown} />
    </div>
  );
}
