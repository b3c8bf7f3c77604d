import type { ChannelDayView, UnmeteredView } from '../../views.ts';
import {
  coefficient,
  digitsFor,
  hourSpan,
  number,
  percentChange,
  quantity,
  signed,
  unitText,
} from './format.ts';
import { isWeighed, language, texts, valueOf } from './state.ts';

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly notes?: readonly string[];
  /** Whether weighing by the hour counts less or more than a flat coefficient would. */
  readonly mood?: 'less' | 'more' | 'equal';
}

function Figure({ label, value, unit, notes = [], mood = 'equal' }: FigureProps) {
  return (
    <div class="figure" data-mood={mood}>
      <dt>{label}</dt>
      <dd>
        <span class="figure-value">
          <b>{value}</b> <span class="figure-unit">{unit}</span>
        </span>
        {notes.map((note) => (
          <span key={note} class="figure-note">
            {note}
          </span>
        ))}
      </dd>
    </div>
  );
}

/** Primary energy, mean coefficient, and what a flat coefficient would have given. */
function WeighedFigures({ shown, flat }: { shown: ChannelDayView; flat: number | null }) {
  const t = texts.value;
  const lang = language.value;
  const { mj, flatMj, meanMjPerKwh, hoursUnconfirmed } = shown.totals;
  const difference = mj !== null && flatMj !== null ? mj - flatMj : null;
  const mood = difference === null || difference === 0 ? 'equal' : difference < 0 ? 'less' : 'more';
  const notes = hoursUnconfirmed > 0 ? [t.unconfirmedHours(hoursUnconfirmed)] : [];
  return (
    <>
      <Figure label={t.primary} value={number(mj, 0, lang)} unit="MJ" notes={notes} />
      <Figure label={t.mean} value={number(meanMjPerKwh, 3, lang)} unit="MJ/kWh" />
      <Figure
        label={t.versusFlat(coefficient(flat, lang))}
        value={difference !== null && flatMj ? percentChange(difference / flatMj, lang) : t.empty}
        unit=""
        mood={mood}
        notes={
          difference === null ? [] : [`${signed(difference, lang)} MJ`, t.flatWas(number(flatMj, 0, lang))]
        }
      />
    </>
  );
}

function LargestHour({ shown }: { shown: ChannelDayView }) {
  const t = texts.value;
  const known = shown.frames.filter((frame) => valueOf(frame) !== null);
  const largest = known.toSorted((a, b) => (valueOf(b) ?? 0) - (valueOf(a) ?? 0))[0];
  const value = largest ? valueOf(largest) : null;
  return (
    <Figure
      label={t.largestHour}
      value={quantity(value, language.value)}
      unit={unitText(shown.unit)}
      notes={largest ? [hourSpan(largest.start, largest.end)] : []}
    />
  );
}

/** What no meter below has counted; below 0 it is said why. */
function Unmetered({ of, shown }: { of: UnmeteredView; shown: ChannelDayView }) {
  const t = texts.value;
  const lang = language.value;
  const { quantity: rest, own, hoursCompared, hoursLeftOut, exceeds } = of;
  const share = rest !== null && own ? `${number((rest / own) * 100, 1, lang)} %` : null;
  const notes = [
    ...(exceeds ? [t.unmeteredExceeds] : share === null ? [] : [t.unmeteredShare(share)]),
    ...(hoursLeftOut > 0 ? [t.unmeteredOf(hoursCompared)] : []),
    ...(of.isMeasured || hoursCompared === 0 ? [] : [t.notAllMeasured]),
  ];
  return (
    <Figure
      label={t.unmetered}
      value={number(rest, digitsFor(own), lang)}
      unit={unitText(shown.unit)}
      notes={notes}
      mood={exceeds ? 'more' : 'equal'}
    />
  );
}

/** The figures of the day, legible from across the room. */
export function Totals({ shown, flat }: { shown: ChannelDayView; flat: number | null }) {
  const t = texts.value;
  const lang = language.value;
  const sums = shown.totals;
  const electric = shown.unit === 'kWh';
  const whole = sums.hoursWithValue > 0 ? [t.complete(sums.hoursWithValue)] : [];
  const notes = [
    ...(sums.hoursMissing > 0 ? [t.gaps(sums.hoursMissing)] : whole),
    ...(sums.hoursNotMeasured > 0 ? [t.notMeasured(sums.hoursNotMeasured)] : []),
  ];
  return (
    <dl class="figures">
      <Figure
        label={t.used}
        value={electric ? number(sums.quantity, 0, lang) : quantity(sums.quantity, lang)}
        unit={unitText(shown.unit)}
        notes={notes}
      />
      {isWeighed(shown) ? <WeighedFigures shown={shown} flat={flat} /> : <LargestHour shown={shown} />}
      {shown.unmetered ? <Unmetered of={shown.unmetered} shown={shown} /> : null}
      {electric || sums.kwh === null ? null : (
        <Figure label={t.asEnergy} value={number(sums.kwh, 0, lang)} unit="kWh" />
      )}
    </dl>
  );
}
