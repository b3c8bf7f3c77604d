import type {
  DayChangeView,
  HourSaysView,
  MarginView,
  PreviewView,
  SourcesView,
} from '../../document-views.ts';
import { apply, busy, forget, look, note, preview, sources } from './document-state.ts';
import { documentTexts } from './document-texts.ts';
import { coefficient, longDate, moment } from './format.ts';
import { language, status, texts } from './state.ts';
import { ClassSwatch } from './swatch.tsx';

/** Days of a preview that are listed. */
const LISTED_DAYS = 14;

const two = (hour: number): string => String(hour).padStart(2, '0');

function Says({ says }: { says: HourSaysView }) {
  const t = texts.value;
  return (
    <span class="doc-says">
      {says.class === 'none' ? null : <ClassSwatch class={says.class} />} {t.className[says.class]}{' '}
      {coefficient(says.mjPerKwh, language.value)}
      {says.confirmed ? null : <span class="tag">{documentTexts.value.unconfirmed}</span>}
    </span>
  );
}

function DayChange({ day }: { day: DayChangeView }) {
  return (
    <li>
      <b>{longDate(day.date, language.value)}</b>
      {day.changes.map(({ from, to, before, after }) => (
        <span key={from} class="doc-change">
          <span class="doc-hours">
            {two(from)}–{two(to)}
          </span>
          <Says says={before} /> → <Says says={after} />
        </span>
      ))}
    </li>
  );
}

function Margins({ days }: { days: readonly Omit<MarginView, 'receivedAt'>[] }) {
  const t = documentTexts.value;
  if (days.length === 0) return null;
  return (
    <>
      <h3>{t.margins}</h3>
      <ul class="doc-list">
        {days.map(({ date, lowestPercent, halfHourUntil }) => (
          <li key={date}>
            <b>{longDate(date, language.value)}</b>{' '}
            {lowestPercent === null ? '–' : t.lowest(lowestPercent, halfHourUntil ?? '')}
          </li>
        ))}
      </ul>
    </>
  );
}

function PreviewBox({ seen }: { seen: PreviewView }) {
  const t = documentTexts.value;
  const isDocument = seen.kind === 'document';
  return (
    <div class="doc-preview" role="status">
      {isDocument ? (
        <>
          <p class="doc-what">
            <b>{t.what(seen.document, seen.revision, seen.area)}</b> — {t.arrival[seen.arrival]}
          </p>
          <p class="doc-soft">{seen.source}</p>
          {seen.applies ? null : <p class="doc-warn">{t.elsewhere}</p>}
          {seen.isWhole ? null : <p class="doc-warn">{t.noEnd}</p>}
          <p>{seen.daysThatChange === 0 ? t.nothing : t.days(seen.daysThatChange)}</p>
          <ul class="doc-list">
            {seen.days.slice(0, LISTED_DAYS).map((day) => (
              <DayChange key={day.date} day={day} />
            ))}
          </ul>
          {seen.daysThatChange > LISTED_DAYS ? <p>{t.more(seen.daysThatChange - LISTED_DAYS)}</p> : null}
        </>
      ) : (
        <Margins days={seen.days} />
      )}
      <p class="doc-buttons">
        <button type="button" disabled={busy.value} onClick={() => void apply()}>
          {isDocument ? t.apply : t.store}
        </button>
        <button type="button" class="doc-second" onClick={forget}>
          {t.cancel}
        </button>
      </p>
    </div>
  );
}

function Chooser() {
  const t = documentTexts.value;
  const told = note.value;
  return (
    <div class="doc-choose">
      <label class="doc-button" data-busy={busy.value}>
        {t.choose}
        <input
          type="file"
          accept=".json,.csv"
          disabled={busy.value}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file) void look(file);
          }}
        />
      </label>
      <p class="doc-soft">{busy.value ? t.looking : t.hint}</p>
      {told ? (
        <p class={told.isBad ? 'doc-warn' : 'doc-good'} role={told.isBad ? 'alert' : 'status'}>
          {told.text}
        </p>
      ) : null}
      {preview.value ? <PreviewBox seen={preview.value} /> : null}
    </div>
  );
}

function summary(view: SourcesView): string {
  const t = documentTexts.value;
  if (view.state === null || view.state === 'none' || view.confirmedUntil === null) return t.none;
  const at = view.confirmedUntil.slice(0, 16).replace('T', ' ');
  return view.state === 'stale' ? t.stale(at) : t.until(at);
}

function Said({ view }: { view: SourcesView }) {
  const t = documentTexts.value;
  const today = status.value?.today ?? '';
  return (
    <>
      <h3>{t.sources}</h3>
      {view.sources.length === 0 ? <p class="doc-soft">{t.noSources}</p> : null}
      <ul class="doc-list">
        {view.sources.map((source) => (
          <li key={source.name}>
            <b>{source.name}</b>{' '}
            {source.outcome === null ? t.never : (t.outcome[source.outcome] ?? source.outcome)}
            {source.askedAt === null ? null : (
              <span class="doc-soft"> {t.asked(moment(source.askedAt, today))}</span>
            )}
            {source.fault ? <span class="doc-warn">{source.fault[language.value]}</span> : null}
          </li>
        ))}
      </ul>
      {view.received.length === 0 ? null : <h3>{t.received}</h3>}
      <ul class="doc-list">
        {view.received.slice(0, 8).map((row) => (
          <li key={`${row.source}/${row.sha256}`}>
            <time datetime={row.at}>{moment(row.at, today)}</time> <b>{row.says ?? row.item}</b>{' '}
            {t.outcome[row.outcome] ?? row.outcome}
            {row.fault ? <span class="doc-warn">{row.fault[language.value]}</span> : null}
          </li>
        ))}
      </ul>
      <Margins days={view.margins} />
    </>
  );
}

/** Where the coefficients come from, what came last, and a document by hand. Folded: most days nobody needs it. */
export function Documents() {
  const t = documentTexts.value;
  const view = sources.value;
  if (!view) return null;
  return (
    <details class="documents">
      <summary>
        <h2>{t.title}</h2>
        <span class="doc-state" data-state={view.state ?? 'none'}>
          {summary(view)}
        </span>
      </summary>
      <Chooser />
      <Said view={view} />
    </details>
  );
}
