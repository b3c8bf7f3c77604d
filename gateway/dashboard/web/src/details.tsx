import type { ChannelDayView, CoefficientView, FrameView, HourView } from '../../views.ts';
import { coefficient, hourSpan, number, unitText } from './format.ts';
import { Halves } from './halves.tsx';
import { announcedFor, isWeighed, language, selectedHour, soFar, texts } from './state.ts';
import { ClassSwatch } from './swatch.tsx';

function Row({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div class="row">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Where the hour's weight comes from; meters that are not weighed have nothing to say here. */
function WeightFacts({ weight }: { weight: CoefficientView }) {
  const t = texts.value;
  if (weight.class === 'none') return null;
  return (
    <>
      <Row label={t.coefficient}>
        {coefficient(weight.mjPerKwh, language.value)} MJ/kWh
        {weight.confirmed ? null : <span class="tag">{t.unconfirmed}</span>}
      </Row>
      <Row label={t.class}>
        <ClassSwatch class={weight.class} /> {t.className[weight.class]}
      </Row>
      <Row label={t.documentLabel}>
        {weight.document === null ? t.noDocument : t.document(weight.document, weight.revision ?? 0)}
      </Row>
    </>
  );
}

function HourFacts({ hour, rest }: { hour: HourView; rest: number | null }) {
  const t = texts.value;
  const lang = language.value;
  const from = number(hour.register.start, 1, lang);
  const to = number(hour.register.end, 1, lang);
  return (
    <dl class="rows">
      {hour.coefficient.class === 'none' ? null : <Row label={t.primary}>{number(hour.mj, 1, lang)} MJ</Row>}
      <WeightFacts weight={hour.coefficient} />
      <Row label={t.qualityLabel}>
        {hour.quality === 'measured' ? (
          t.quality.measured
        ) : (
          <span class="tag">{t.quality[hour.quality]}</span>
        )}
      </Row>
      <Row label={t.coverage}>{number(hour.coverage * 100, 0, lang)} %</Row>
      <Row label={t.revision}>{hour.revision}</Row>
      {rest === null ? null : (
        <Row label={t.unmetered}>
          {number(rest, 1, lang)} {unitText(hour.unit)}
        </Row>
      )}
      <Row label={t.register}>{`${from}\u00a0→ ${to}\u00a0${unitText(hour.unit)}`}</Row>
    </dl>
  );
}

function Value({ frame, unit }: { frame: FrameView; unit: string }) {
  const t = texts.value;
  const lang = language.value;
  if (frame.hour) {
    return (
      <p class="details-value">
        <b>{number(frame.hour.quantity, 1, lang)}</b> {unitText(unit)}
        {unit !== 'kWh' && frame.hour.kwh !== null ? (
          <span class="details-also">= {number(frame.hour.kwh, 0, lang)} kWh</span>
        ) : null}
      </p>
    );
  }
  if (frame.state === 'open' && soFar.value !== null) {
    return (
      <p class="details-value">
        <b>{number(soFar.value, 1, lang)}</b> {unitText(unit)} <span class="details-also">{t.soFar}</span>
      </p>
    );
  }
  return (
    <p class="details-value">
      <b>{t.empty}</b> {unitText(unit)}
    </p>
  );
}

/** Everything about the hour that is pointed at or chosen. */
export function Details({ shown }: { shown: ChannelDayView }) {
  const t = texts.value;
  const frame = shown.frames[selectedHour.value];
  if (!frame) return null;
  const state = frame.state === 'closed' ? null : t[frame.state];
  const announced = isWeighed(shown) ? announcedFor(frame) : null;
  const unknown = frame.state === 'absent' || frame.hour?.quality === 'missing';
  return (
    <aside class="details" aria-label={t.details} aria-live="polite">
      <h3>
        {hourSpan(frame.start, frame.end)}
        {state ? <span class={frame.state === 'absent' ? 'tag' : 'tag tag-calm'}>{state}</span> : null}
      </h3>
      <Value frame={frame} unit={shown.unit} />
      {frame.state === 'open' ? <p class="details-note">{t.openNote}</p> : null}
      {unknown ? <p class="details-note">{t.absentNote}</p> : null}
      {frame.hour ? (
        <HourFacts hour={frame.hour} rest={shown.unmetered?.hours[selectedHour.value] ?? null} />
      ) : null}
      {frame.hour?.halves ? <Halves halves={frame.hour.halves} unit={shown.unit} /> : null}
      {!frame.hour && announced ? (
        <dl class="rows">
          <WeightFacts weight={announced} />
        </dl>
      ) : null}
    </aside>
  );
}
