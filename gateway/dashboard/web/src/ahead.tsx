import type { AdviceView, AheadDayView, AheadView } from '../../ahead-views.ts';
import { AheadBand, spanHours } from './ahead-band.tsx';
import { ahead, aheadFailed } from './ahead-state.ts';
import { aheadTexts } from './ahead-texts.ts';
import { coefficient, longDate, number } from './format.ts';
import { gatewayNowMs, language, texts } from './state.ts';
import { ClassSwatch } from './swatch.tsx';
import { useWidth } from './width.ts';

const FIRST_WIDTH_PX = 900;

/** The same as the band, in words: hours, class, coefficient, and whether it is sure. */
function Spans({ day }: { day: AheadDayView }) {
  const t = texts.value;
  return (
    <ul class="ahead-spans">
      {day.spans.map((span) => (
        <li key={span.start} data-class={span.class}>
          <ClassSwatch class={span.class} />
          <b>{spanHours(span)}</b> {t.className[span.class]}{' '}
          {span.mjPerKwh === null ? null : `${coefficient(span.mjPerKwh, language.value)} MJ/kWh`}
          {span.confirmed ? null : <span class="ahead-unsure">{t.unconfirmed}</span>}
        </li>
      ))}
    </ul>
  );
}

function expectedWords(day: AheadDayView, least: number): string {
  const a = aheadTexts.value;
  const type = a.type[day.type];
  const known = day.hours.filter((hour) => hour.expectedKwh !== null).length;
  if (known === 0) return a.tooFew(type, day.days, least);
  if (day.expectedKwh === null) return a.partly(known, day.hours.length, type, day.days);
  return a.expected(number(day.expectedKwh, 0, language.value), type, day.days);
}

interface DayProps {
  readonly name: string;
  readonly day: AheadDayView;
  readonly view: AheadView;
  readonly width: number;
  readonly largest: number;
  readonly nowMs: number | null;
}

function Day({ name, day, view, width, largest, nowMs }: DayProps) {
  const t = texts.value;
  return (
    <section class="ahead-day" aria-label={`${name} ${longDate(day.date, language.value)}`}>
      <p class="ahead-head">
        <b>{name}</b>
        <span>{longDate(day.date, language.value)}</span>
        <span class="ahead-type">{aheadTexts.value.type[day.type]}</span>
        <span class="ahead-sure" data-sure={day.confirmed}>
          {day.confirmed
            ? t.confirmed
            : day.hours.some((hour) => hour.confirmed)
              ? t.partlyConfirmed
              : t.unconfirmed}
        </span>
        <span class="ahead-expected">{expectedWords(day, view.leastDays)}</span>
      </p>
      <AheadBand day={day} width={width} largest={largest} nowMs={nowMs} />
      <Spans day={day} />
    </section>
  );
}

/** The figure of an advice, large; the sentence says the rest. */
function Saving({ advice }: { advice: AdviceView }) {
  const { savedMj } = advice;
  if (savedMj === null) return null;
  const lang = language.value;
  return (
    <span class="ahead-saving">
      <b>
        <span class="ahead-minus">−</span>
        {savedMj.toLocaleString(lang, { maximumFractionDigits: 6 })}
      </b>{' '}
      {advice.kind === 'move' ? 'MJ' : 'MJ/kWh'}
    </span>
  );
}

/** Which announcement an advice is about. */
function announcedIn({ to, from }: AdviceView): string {
  return to?.class === 'curtailment' ? to.class : (from?.class ?? 'none');
}

function AdviceList({ advice }: { advice: readonly AdviceView[] }) {
  if (advice.length === 0) return null;
  return (
    <ul class="ahead-advice" aria-label={aheadTexts.value.advice}>
      {advice.map((one) => (
        <li key={one.en} data-kind={one.kind} data-class={announcedIn(one)}>
          <Saving advice={one} />
          <p>{one[language.value]}</p>
        </li>
      ))}
    </ul>
  );
}

/** What today and tomorrow are, what is expected, and what moving load would save. */
export function Ahead() {
  const a = aheadTexts.value;
  const t = texts.value;
  const { frame, widthPx } = useWidth<HTMLElement>(FIRST_WIDTH_PX);
  const view = ahead.value;
  const days = view?.today && view.tomorrow ? [view.today, view.tomorrow] : [];
  const largest = Math.max(0, ...days.flatMap((day) => day.hours.map((hour) => hour.expectedKwh ?? 0)));
  return (
    <section class="panel ahead" aria-labelledby="ahead-title" ref={frame}>
      <h2 id="ahead-title">{a.title}</h2>
      {aheadFailed.value ? <p role="status">{a.failed}</p> : null}
      {view && days.length === 0 ? <p class="ahead-unknown">{a.unknown}</p> : null}
      {view
        ? days.map((day, index) => (
            <Day
              key={day.date}
              name={index === 0 ? t.today : t.tomorrow}
              day={day}
              view={view}
              width={widthPx}
              largest={largest}
              nowMs={index === 0 ? gatewayNowMs.value : null}
            />
          ))
        : null}
      {view ? <AdviceList advice={view.advice} /> : null}
    </section>
  );
}
