/** One day as a band of 24 hours: expected use as bars, below them what each hour weighs and whether that is sure. */
import type { AheadDayView, AheadHourView, AheadSpanView } from '../../ahead-views.ts';
import { clockTime, coefficient } from './format.ts';
import { language, texts } from './state.ts';
import { PATTERN } from './swatch.tsx';

/** Heights, px: bars, the strip with the pattern, the words, the hours. */
const BARS = 44;
const STRIP = 8;
const WORDS = 26;
const AXIS = 20;
const GAP = 4;
/** Room that a label needs, px: the value, and with the name of its class. */
const VALUE_ROOM = 34;
const NAME_ROOM = 118;
const LABEL_EVERY = 3;
const WIDE_EVERY = 2;
const WIDE_PX = 620;

const HOUR_MS = 3_600_000;

interface Frame {
  readonly startMs: number;
  readonly count: number;
  readonly width: number;
  readonly top: number;
}

const xOf = ({ startMs, count, width }: Frame, ms: number): number =>
  1 + ((ms - startMs) / HOUR_MS / count) * (width - 2);

function Bar({ hour, frame, largest }: { hour: AheadHourView; frame: Frame; largest: number }) {
  if (hour.expectedKwh === null || largest === 0) return null;
  const x = xOf(frame, Date.parse(hour.start));
  const width = xOf(frame, Date.parse(hour.end)) - x;
  const height = Math.max(1, (hour.expectedKwh / largest) * BARS);
  return (
    <rect
      class={`ahead-bar band-${hour.class}`}
      x={x + width * 0.14}
      y={BARS - height}
      width={width * 0.72}
      height={height}
      rx="1.5"
    />
  );
}

function Span({ span, frame }: { span: AheadSpanView; frame: Frame }) {
  const t = texts.value;
  const x = xOf(frame, Date.parse(span.start)) + 1;
  const width = xOf(frame, Date.parse(span.end)) - x - 1;
  const value = `${coefficient(span.mjPerKwh, language.value)}${span.confirmed ? '' : ' ?'}`;
  const name = span.confirmed ? t.className[span.class] : `${t.className[span.class]}・${t.unconfirmed}`;
  const label = width > NAME_ROOM ? `${name}  ${value}` : width > VALUE_ROOM ? value : '';
  const pattern = PATTERN[span.class];
  const { top } = frame;
  const edge = span.confirmed ? '' : ' band-unsure';
  return (
    <g>
      <rect
        class={`bar bar-${span.class}${span.confirmed ? '' : ' bar-unsure'}`}
        x={x}
        y={top}
        width={width}
        height={STRIP}
      />
      {pattern ? <rect x={x} y={top} width={width} height={STRIP} fill={`url(#${pattern})`} /> : null}
      <rect
        class={`band-part band-${span.class}${edge}`}
        x={x}
        y={top + STRIP}
        width={width}
        height={WORDS}
      />
      {label ? (
        <text class="band-label" x={x + width / 2} y={top + STRIP + WORDS / 2 + 4.5} text-anchor="middle">
          {label}
        </text>
      ) : null}
    </g>
  );
}

function Axis({ day, frame }: { day: AheadDayView; frame: Frame }) {
  const y = frame.top + STRIP + WORDS;
  const every = frame.width >= WIDE_PX ? WIDE_EVERY : LABEL_EVERY;
  const last = day.hours.at(-1);
  const marks = [
    ...day.hours.map((hour) => ({ at: hour.start, label: String(Number(hour.start.slice(11, 13))) })),
    ...(last ? [{ at: last.end, label: '24' }] : []),
  ];
  return (
    <g class="axis">
      {marks.map(({ at, label }, index) => {
        const x = xOf(frame, Date.parse(at));
        const named = index % every === 0;
        const anchor = index === 0 ? 'start' : index === marks.length - 1 ? 'end' : 'middle';
        return (
          <g key={at}>
            <line x1={x} x2={x} y1={y} y2={y + (named ? 5 : 3)} />
            {named ? (
              <text x={x} y={y + 18} text-anchor={anchor}>
                {label}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}

function NowMark({ frame, nowMs, height }: { frame: Frame; nowMs: number | null; height: number }) {
  if (nowMs === null || nowMs < frame.startMs || nowMs > frame.startMs + frame.count * HOUR_MS) return null;
  const x = xOf(frame, nowMs);
  return (
    <g class="ahead-now">
      <rect class="ahead-past" x="0" y="0" width={x} height={height - AXIS} />
      <line x1={x} x2={x} y1="0" y2={height - AXIS} />
    </g>
  );
}

/** @param largest kWh of the highest bar of both days. The words stand below, so it is hidden from screen readers. */
export function AheadBand(props: {
  readonly day: AheadDayView;
  readonly width: number;
  readonly largest: number;
  readonly nowMs: number | null;
}) {
  const { day, width, largest, nowMs } = props;
  const first = day.hours[0];
  if (!first) return null;
  const top = largest > 0 ? BARS + GAP : 0;
  const frame: Frame = { startMs: Date.parse(first.start), count: day.hours.length, width, top };
  const height = top + STRIP + WORDS + AXIS;
  return (
    <svg class="ahead-band" viewBox={`0 0 ${width} ${height}`} width="100%" aria-hidden="true">
      {day.hours.map((hour) => (
        <Bar key={hour.start} hour={hour} frame={frame} largest={largest} />
      ))}
      {day.spans.map((span) => (
        <Span key={span.start} span={span} frame={frame} />
      ))}
      <Axis day={day} frame={frame} />
      <NowMark frame={frame} nowMs={nowMs} height={height} />
    </svg>
  );
}

/** "08:00–16:00" */
export const spanHours = (span: AheadSpanView): string => {
  const to = clockTime(span.end);
  return `${clockTime(span.start)}–${to === '00:00' ? '24:00' : to}`;
};
