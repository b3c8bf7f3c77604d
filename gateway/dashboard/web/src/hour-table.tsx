import type { ChannelDayView, FrameView } from '../../views.ts';
import { coefficient, hourSpan, number, unitText } from './format.ts';
import { language, texts } from './state.ts';
import { ClassSwatch } from './swatch.tsx';

function HourRow({ frame }: { frame: FrameView }) {
  const t = texts.value;
  const lang = language.value;
  const { hour } = frame;
  const weight = hour?.coefficient;
  const state = hour ? t.quality[hour.quality] : t[frame.state === 'closed' ? 'absent' : frame.state];
  // Nothing can be known of an hour to come: blanks say so more quietly than dashes.
  const outside = frame.state === 'future' || frame.state === 'before';
  const none = outside ? '' : t.empty;
  const plain = outside || hour?.quality === 'measured';
  const unconfirmed = weight && weight.class !== 'none' && !weight.confirmed;
  return (
    <tr data-state={hour?.quality ?? frame.state}>
      <th scope="row">{hourSpan(frame.start, frame.end)}</th>
      <td>{hour ? number(hour.quantity, 1, lang) : none}</td>
      <td>{hour ? number(hour.mj, 1, lang) : none}</td>
      <td>{weight ? coefficient(weight.mjPerKwh, lang) : none}</td>
      <td class="words">
        {weight ? (
          <>
            <ClassSwatch class={weight.class} /> {t.className[weight.class]}
          </>
        ) : (
          none
        )}
      </td>
      <td class="words">
        {weight?.document ? t.document(weight.document, weight.revision ?? 0) : none}
        {unconfirmed ? <span class="tag">{t.unconfirmed}</span> : null}
      </td>
      <td class="words">{plain ? state : <strong>{state}</strong>}</td>
      <td>{hour ? `${number(hour.coverage * 100, 0, lang)} %` : none}</td>
      <td>{hour?.revision ?? none}</td>
    </tr>
  );
}

/** The bars as figures, for reading aloud, copying and printing. */
export function HourTable({ shown }: { shown: ChannelDayView }) {
  const t = texts.value;
  const lang = language.value;
  return (
    <section class="table-scroll" aria-label={t.dayTable} tabindex={0}>
      <table>
        <caption class="visually-hidden">
          {shown.name} — {t.dayTable}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t.hour}</th>
            <th scope="col">{unitText(shown.unit)}</th>
            <th scope="col">MJ</th>
            <th scope="col">MJ/kWh</th>
            <th scope="col" class="words">
              {t.class}
            </th>
            <th scope="col" class="words">
              {t.documentLabel}
            </th>
            <th scope="col" class="words">
              {t.qualityLabel}
            </th>
            <th scope="col">{t.coverage}</th>
            <th scope="col">{t.revision}</th>
          </tr>
        </thead>
        <tbody>
          {shown.frames.map((frame) => (
            <HourRow key={frame.start} frame={frame} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t.total}</th>
            <td>{number(shown.totals.quantity, 1, lang)}</td>
            <td>{number(shown.totals.mj, 1, lang)}</td>
            <td>{number(shown.totals.meanMjPerKwh, 3, lang)}</td>
            <td colSpan={5} class="words">
              {shown.totals.hoursMissing > 0 ? t.gaps(shown.totals.hoursMissing) : null}
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
