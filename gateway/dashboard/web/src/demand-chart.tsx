import type { DemandView } from '../../views.ts';
import { DEMAND_TEXTS } from './demand-texts.ts';
import { number, unitText } from './format.ts';
import { axisFor } from './scale.ts';
import { language } from './state.ts';
import { useWidth } from './width.ts';

const FIRST_WIDTH_PX = 520;
const HEIGHT_PX = 214;
const LEFT = 48;
const RIGHT = 62;
const TOP = 28;
const BOTTOM = 28;

interface Plot {
  readonly x: (minutes: number) => number;
  readonly y: (value: number) => number;
  readonly right: number;
}

interface Mark {
  readonly kind: 'target' | 'contract';
  readonly value: number;
  readonly label: string;
}

/** Labels at the right keep their distance from each other. */
function Marks({ marks, plot }: { marks: readonly Mark[]; plot: Plot }) {
  let lowest = Number.NEGATIVE_INFINITY;
  return (
    <g aria-hidden="true">
      {marks
        .toSorted((a, b) => b.value - a.value)
        .map(({ kind, value, label }) => {
          const y = plot.y(value);
          const textY = Math.max(y + 4, lowest + 14);
          lowest = textY;
          return (
            <g key={kind} class={`demand-${kind}`}>
              <line x1={LEFT} x2={plot.right} y1={y} y2={y} />
              <text x={plot.right + 6} y={textY}>
                {label}
              </text>
            </g>
          );
        })}
    </g>
  );
}

function Axes({ plot, ticks, demand }: { plot: Plot; ticks: readonly number[]; demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const digits = String(ticks[1] ?? 1).split('.')[1]?.length ?? 0;
  const step = demand.period.minutes / 6;
  return (
    <g class="grid" aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            class={tick === 0 ? 'base' : 'rule'}
            x1={LEFT}
            x2={plot.right}
            y1={plot.y(tick)}
            y2={plot.y(tick)}
          />
          <text x={LEFT - 7} y={plot.y(tick) + 4.5} text-anchor="end">
            {number(tick, digits, language.value)}
          </text>
        </g>
      ))}
      <text class="unit" x={LEFT - 7} y={13} text-anchor="end">
        {unitText(demand.unit)}
      </text>
      {[0, 1, 2, 3, 4, 5, 6].map((n) => (
        <text key={n} x={plot.x(n * step)} y={HEIGHT_PX - 8} text-anchor="middle">
          {n * step}
          {n === 6 ? ` ${t.minutes}` : ''}
        </text>
      ))}
    </g>
  );
}

/** The running period: the line so far, where it leads, and what it should stay below. */
export function DemandChart({ demand }: { demand: DemandView }) {
  const t = DEMAND_TEXTS[language.value];
  const { frame, widthPx: width } = useWidth<HTMLDivElement>(FIRST_WIDTH_PX);
  const { predicted, target, contract, picture, period, now } = demand;
  const { ticks, top } = axisFor(Math.max(target, contract ?? 0, predicted ?? 0, now ?? 0) * 1.04);
  const right = width - RIGHT;
  const plot: Plot = {
    x: (minutes) => LEFT + ((right - LEFT) * minutes) / period.minutes,
    y: (value) => TOP + (HEIGHT_PX - TOP - BOTTOM) * (1 - value / top),
    right,
  };
  const last = picture.at(-1);
  const line = picture.map(({ minutes, demand: value }) => `${plot.x(minutes)},${plot.y(value)}`);
  const marks: Mark[] = [
    { kind: 'target', value: target, label: t.target },
    ...(contract === null
      ? []
      : [
          {
            kind: 'contract' as const,
            value: contract,
            label: demand.unit === 'kW' ? t.contract : t.contractOther,
          },
        ]),
  ];
  const isOver = predicted !== null && predicted > target;
  return (
    <div class="demand-chart" ref={frame}>
      <svg viewBox={`0 0 ${width} ${HEIGHT_PX}`} width="100%" role="img" aria-label={t.chart}>
        <Axes plot={plot} ticks={ticks} demand={demand} />
        {last ? (
          <g>
            <path
              class="demand-area"
              d={`M${line.join('L')}L${plot.x(last.minutes)},${plot.y(0)}L${plot.x(0)},${plot.y(0)}Z`}
            />
            <polyline class="demand-line" points={line.join(' ')} />
          </g>
        ) : null}
        <Marks marks={marks} plot={plot} />
        {last && predicted !== null ? (
          <g class="demand-ahead" data-over={isOver}>
            <line
              x1={plot.x(last.minutes)}
              y1={plot.y(last.demand)}
              x2={plot.x(period.minutes)}
              y2={plot.y(predicted)}
            />
            <circle cx={plot.x(last.minutes)} cy={plot.y(last.demand)} r="4.5" />
            <circle class="demand-end" cx={plot.x(period.minutes)} cy={plot.y(predicted)} r="4.5" />
          </g>
        ) : null}
      </svg>
    </div>
  );
}
