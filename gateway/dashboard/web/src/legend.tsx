import type { CoefficientClass } from '../../../domain/messages.ts';
import type { ChannelDayView } from '../../views.ts';
import { QualityMark } from './bars.tsx';
import { texts, valueOf } from './state.ts';
import { ClassSwatch } from './swatch.tsx';

const CLASSES: readonly CoefficientClass[] = ['normal', 'curtailment', 'tight', 'monthly', 'none'];

/** Names only what the day shows, so that it stays short. */
export function Legend({ shown }: { shown: ChannelDayView }) {
  const t = texts.value;
  const hours = shown.frames.flatMap((frame) => frame.hour ?? []);
  const classes = CLASSES.filter((name) =>
    hours.some((hour) => hour.coefficient.class === name && hour.quantity !== null),
  );
  const has = (quality: string): boolean => hours.some((hour) => hour.quality === quality);
  const holes = shown.frames.some(
    (frame) =>
      frame.state === 'absent' ||
      (frame.state === 'closed' && valueOf(frame) === null && frame.hour?.quality !== 'withdrawn'),
  );
  const unsure = hours.some((hour) => hour.coefficient.class !== 'none' && !hour.coefficient.confirmed);
  const mark = (quality: 'interpolated' | 'estimated') => (
    <li key={quality}>
      <svg class="swatch" viewBox="0 0 18 14" aria-hidden="true">
        <QualityMark quality={quality} x={9} y={7} />
      </svg>
      {t.quality[quality]}
    </li>
  );
  return (
    <ul class="legend" aria-label={t.legend}>
      {classes.map((name) => (
        <li key={name}>
          <ClassSwatch class={name} /> {t.className[name]}
        </li>
      ))}
      {unsure ? (
        <li>
          <svg class="swatch" viewBox="0 0 18 14" aria-hidden="true">
            <rect class="bar bar-normal bar-unsure" x="1" y="1" width="16" height="12" />
            <rect class="bar-unsure-edge" x="1" y="1" width="16" height="12" />
          </svg>
          {t.unconfirmedLegend}
        </li>
      ) : null}
      {has('interpolated') ? mark('interpolated') : null}
      {has('estimated') ? mark('estimated') : null}
      {holes ? (
        <li>
          <svg class="swatch" viewBox="0 0 18 14" aria-hidden="true">
            <rect class="hole" x="1" y="1" width="16" height="12" />
          </svg>
          {t.absent}
        </li>
      ) : null}
      {has('withdrawn') ? (
        <li>
          <svg class="swatch" viewBox="0 0 18 14" aria-hidden="true">
            <rect class="hole" x="1" y="1" width="16" height="12" />
            <path class="hole-cross" d="M1 1L17 13M17 1L1 13" />
          </svg>
          {t.quality.withdrawn}
        </li>
      ) : null}
    </ul>
  );
}
