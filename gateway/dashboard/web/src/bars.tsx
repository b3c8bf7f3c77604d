import type { ChannelDayView, FrameView } from '../../views.ts';
import { coefficient, hourSpan, number, unitText } from './format.ts';
import { chosenHour, language, pointedHour, selectedHour, soFar, texts, valueOf } from './state.ts';
import { PATTERN } from './swatch.tsx';
import type { Language, Texts } from './texts.ts';

/** Where things stand in the drawing, px. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Value at the top edge. */
  readonly largest: number;
  readonly count: number;
}

export const slotWidth = (plot: Plot): number => plot.width / plot.count;
export const xOf = (plot: Plot, index: number): number => plot.left + slotWidth(plot) * index;
export const yOf = (plot: Plot, value: number): number => plot.top + plot.height * (1 - value / plot.largest);

/** What a screen reader says of one hour. */
function spoken(frame: FrameView, unit: string, t: Texts, lang: Language): string {
  const span = hourSpan(frame.start, frame.end);
  const { hour } = frame;
  if (!hour) return `${span}, ${t[frame.state === 'closed' ? 'absent' : frame.state]}`;
  if (valueOf(frame) === null) return `${span}, ${t.quality[hour.quality]}, ${t.revision} ${hour.revision}`;
  const weight = hour.coefficient;
  const sure = weight.class === 'none' ? '' : weight.confirmed ? ` (${t.confirmed})` : ` (${t.unconfirmed})`;
  return [
    span,
    hour.quantity === null ? null : `${number(hour.quantity, 1, lang)} ${unitText(unit)}`,
    hour.mj === null ? null : `${number(hour.mj, 0, lang)} MJ`,
    weight.mjPerKwh === null ? null : `${coefficient(weight.mjPerKwh, lang)} MJ/kWh`,
    `${t.className[weight.class]}${sure}`,
    `${t.qualityLabel} ${t.quality[hour.quality]}`,
    `${t.coverage} ${number(hour.coverage * 100, 0, lang)} %`,
    `${t.revision} ${hour.revision}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** Stands above a bar whose value is not a plain measurement. */
export function QualityMark({ quality, x, y }: { quality: string; x: number; y: number }) {
  if (quality === 'interpolated') return <circle class="quality-mark" cx={x} cy={y} r="3.5" />;
  if (quality === 'estimated')
    return <path class="quality-mark quality-estimated" d={`M${x} ${y - 5}l5 5-5 5-5-5z`} />;
  return null;
}

function Value({ frame, plot, x, width }: { frame: FrameView; plot: Plot; x: number; width: number }) {
  const value = valueOf(frame) ?? 0;
  const weight = frame.hour?.coefficient;
  const name = weight?.class ?? 'none';
  const y = yOf(plot, value);
  const height = Math.max(1, plot.top + plot.height - y);
  const pattern = PATTERN[name];
  const unsure = weight && name !== 'none' && !weight.confirmed;
  return (
    <>
      <rect
        class={`bar bar-${name}${unsure ? ' bar-unsure' : ''}`}
        data-class={name}
        x={x}
        y={y}
        width={width}
        height={height}
        rx="1.5"
      />
      {pattern ? (
        <rect class="bar-pattern" x={x} y={y} width={width} height={height} fill={`url(#${pattern})`} />
      ) : null}
      {unsure ? <rect class="bar-unsure-edge" x={x} y={y} width={width} height={height} rx="1.5" /> : null}
      <QualityMark quality={frame.hour?.quality ?? 'measured'} x={x + width / 2} y={y - 9} />
    </>
  );
}

/** A hole is drawn as a hole: the whole height, dashed, empty. */
function Hole({ frame, plot, x, width }: { frame: FrameView; plot: Plot; x: number; width: number }) {
  const bottom = plot.top + plot.height;
  return (
    <>
      <rect class="hole" x={x} y={plot.top + 0.5} width={width} height={plot.height - 1} rx="1.5" />
      {frame.hour?.quality === 'withdrawn' ? (
        <path
          class="hole-cross"
          d={`M${x} ${plot.top}L${x + width} ${bottom}M${x + width} ${plot.top}L${x} ${bottom}`}
        />
      ) : null}
    </>
  );
}

function Running({ plot, x, width }: { plot: Plot; x: number; width: number }) {
  if (soFar.value === null) return null;
  const y = yOf(plot, Math.min(soFar.value, plot.largest));
  return (
    <rect
      class="bar-running"
      x={x}
      y={y}
      width={width}
      height={Math.max(1, plot.top + plot.height - y)}
      rx="1.5"
    />
  );
}

function HourShape({ frame, plot, index }: { frame: FrameView; plot: Plot; index: number }) {
  const slot = slotWidth(plot);
  const gap = Math.max(2, slot * 0.2);
  const at = { frame, plot, x: xOf(plot, index) + gap / 2, width: slot - gap };
  if (valueOf(frame) !== null) return <Value {...at} />;
  if (frame.state === 'absent' || frame.state === 'closed') return <Hole {...at} />;
  return frame.state === 'open' ? <Running plot={plot} x={at.x} width={at.width} /> : null;
}

function move(event: KeyboardEvent, count: number): void {
  const from = selectedHour.value;
  const to: Partial<Record<string, number>> = {
    ArrowRight: from + 1,
    ArrowLeft: from - 1,
    Home: 0,
    End: count - 1,
    PageDown: from + 6,
    PageUp: from - 6,
  };
  const wanted = to[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  pointedHour.value = null;
  chosenHour.value = Math.max(0, Math.min(count - 1, wanted));
  const list = event.currentTarget;
  if (list instanceof Element) list.querySelector<SVGElement>(`[data-index="${chosenHour.value}"]`)?.focus();
}

/** The hours of the day as a list to choose from: one tab stop, then the arrow keys. */
export function Bars({ shown, plot }: { shown: ChannelDayView; plot: Plot }) {
  const t = texts.value;
  const lang = language.value;
  const selected = selectedHour.value;
  const slot = slotWidth(plot);
  return (
    <g
      role="listbox"
      aria-label={`${shown.name}, ${t.chartTitle}. ${t.chartHelp}`}
      aria-orientation="horizontal"
      onKeyDown={(event) => move(event, shown.frames.length)}
      onPointerLeave={() => {
        pointedHour.value = null;
      }}
    >
      {shown.frames.map((frame, index) => (
        <g
          key={frame.start}
          class="hour"
          role="option"
          tabindex={index === selected ? 0 : -1}
          aria-selected={index === selected}
          aria-label={spoken(frame, shown.unit, t, lang)}
          data-index={index}
          data-state={valueOf(frame) === null && frame.state === 'closed' ? 'absent' : frame.state}
          data-quality={frame.hour?.quality}
          onClick={() => {
            chosenHour.value = index;
          }}
          onFocus={() => {
            chosenHour.value = index;
          }}
          onPointerEnter={(event) => {
            if (event.pointerType === 'mouse') pointedHour.value = index;
          }}
        >
          <rect
            class="hour-back"
            x={xOf(plot, index)}
            y={plot.top - 10}
            width={slot}
            height={plot.height + 10}
            rx="3"
          />
          <HourShape frame={frame} plot={plot} index={index} />
        </g>
      ))}
    </g>
  );
}
