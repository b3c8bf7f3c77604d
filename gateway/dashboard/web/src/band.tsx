/** The coefficients of the day as a band under the bars: past hours by their buckets, coming ones by what is announced. */
import type { ChannelDayView, CoefficientView } from '../../views.ts';
import { type Plot, slotWidth, xOf } from './bars.tsx';
import { coefficient } from './format.ts';
import { announcedFor, isWeighed, language, texts } from './state.ts';

export const BAND_HEIGHT = 24;
/** Room a label needs, px: the value alone, and with the name of its class. */
const VALUE_ROOM = 28;
const NAME_ROOM = 130;

interface Stretch {
  readonly from: number;
  to: number;
  readonly weight: CoefficientView;
}

const same = (a: CoefficientView, b: CoefficientView): boolean =>
  a.class === b.class && a.mjPerKwh === b.mjPerKwh && a.confirmed === b.confirmed;

/** Neighbouring hours with one coefficient, joined. */
function stretchesOf(shown: ChannelDayView): readonly Stretch[] {
  const stretches: Stretch[] = [];
  shown.frames.forEach((frame, index) => {
    const own = frame.hour && frame.hour.coefficient.class !== 'none' ? frame.hour.coefficient : null;
    const weight = own ?? announcedFor(frame);
    if (!weight) return;
    const last = stretches.at(-1);
    if (last && last.to === index && same(last.weight, weight)) last.to = index + 1;
    else stretches.push({ from: index, to: index + 1, weight });
  });
  return stretches;
}

export function Band({ shown, plot, y }: { shown: ChannelDayView; plot: Plot; y: number }) {
  const t = texts.value;
  if (!isWeighed(shown)) return null;
  return (
    <g class="band" aria-hidden="true">
      {stretchesOf(shown).map(({ from, to, weight }) => {
        const x = xOf(plot, from) + 1;
        const width = slotWidth(plot) * (to - from) - 2;
        const value = `${coefficient(weight.mjPerKwh, language.value)}${weight.confirmed ? '' : ' ?'}`;
        const name = weight.confirmed
          ? t.className[weight.class]
          : `${t.className[weight.class]}・${t.unconfirmed}`;
        const label = width > NAME_ROOM ? `${value}  ${name}` : width > VALUE_ROOM ? value : '';
        return (
          <g key={from}>
            <rect
              class={`band-part band-${weight.class}${weight.confirmed ? '' : ' band-unsure'}`}
              x={x}
              y={y + 0.5}
              width={width}
              height={BAND_HEIGHT - 1}
              rx="3"
            />
            {label ? (
              <text class="band-label" x={x + width / 2} y={y + BAND_HEIGHT / 2 + 4.5} text-anchor="middle">
                {label}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
