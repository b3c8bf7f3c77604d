import type { ReportEntryView } from '../../report-views.ts';
import { moment } from './format.ts';
import { busy, by, enterFile, enterLine, entries, kind, line, loadEntries, note } from './report-state.ts';
import { reportTexts } from './report-texts.ts';
import { language, status } from './state.ts';

/** Months that are offered beside the years. */
const MONTHS = 13;

/** The last months, the newest first. */
function monthsBefore(today: string): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, back) => {
    const count = year * 12 + (month - 1) - back;
    return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
  });
}

const href = (period: string): string => `/report?period=${period}&lang=${language.value}`;

function Links({ today }: { today: string }) {
  const t = reportTexts.value;
  const [year = 0, month = 1] = today.split('-').map(Number);
  const current = month < 4 ? year - 1 : year;
  const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  return (
    <ul class="report-links">
      {[current, current - 1].map((fiscal) => (
        <li key={fiscal}>
          <a class="report-year" href={href(`fy${fiscal}`)}>
            {t.year(fiscal)}
            {fiscal === current ? <span class="tag">{t.soFar}</span> : null}
          </a>
        </li>
      ))}
      {monthsBefore(today).map((each) => (
        <li key={each}>
          <a href={href(each)}>{t.month(each)}</a>
        </li>
      ))}
      {[today, yesterday].map((each) => (
        <li key={each}>
          <a href={href(each)}>{t.day(each)}</a>
        </li>
      ))}
    </ul>
  );
}

function Form() {
  const t = reportTexts.value;
  const view = entries.value;
  const example = (view?.examples[kind.value] ?? '').split(',').slice(1).join(',');
  const submit = (event: Event): void => {
    event.preventDefault();
    void enterLine();
  };
  return (
    <form class="report-form" onSubmit={submit}>
      <label>
        {t.kind}
        <select value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value)}>
          {Object.keys(view?.examples ?? {}).map((each) => (
            <option key={each} value={each}>
              {t.kinds[each] ?? each}
            </option>
          ))}
        </select>
      </label>
      <label class="report-line">
        {t.line}
        <input
          required
          maxLength={300}
          value={line.value}
          placeholder={example}
          onInput={(event) => (line.value = event.currentTarget.value)}
        />
      </label>
      <label>
        {t.by}
        <input
          required
          maxLength={100}
          autoComplete="name"
          value={by.value}
          onInput={(event) => (by.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={busy.value}>
        {t.save}
      </button>
      <p class="doc-soft report-help">
        {t.fields}: <code>{example}</code>
        {kind.value === 'fuel' ? ` — ${view?.fuels.join(', ')}` : ''}
        <br />
        {t.withdraw}
      </p>
      <label class="report-file">
        {t.file}
        <input
          type="file"
          accept=".csv,text/csv"
          disabled={busy.value || by.value.trim() === ''}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void enterFile(file);
            event.currentTarget.value = '';
          }}
        />
      </label>
    </form>
  );
}

function stateOf(entry: ReportEntryView): string {
  const t = reportTexts.value;
  if (entry.replacedBy !== null) return t.replaced(entry.replacedBy);
  return entry.withdrawn ? t.withdrawn : t.inForce;
}

function Said({ today }: { today: string }) {
  const t = reportTexts.value;
  const said = entries.value?.entries ?? [];
  if (said.length === 0) return null;
  return (
    <>
      <h3>{t.said}</h3>
      {/* It scrolls sideways on a narrow screen; the keyboard must reach it. */}
      <div class="report-said" role="region" aria-label={t.said} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {t.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {said.map((entry) => (
              <tr key={entry.no} data-old={entry.replacedBy !== null}>
                <td>{entry.no}</td>
                <td>{moment(entry.at, today)}</td>
                <td>{entry.by}</td>
                <td>{t.kinds[entry.kind] ?? entry.kind}</td>
                <td>{entry.what}</td>
                <td>{stateOf(entry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Links to the reports, and what people enter for them. */
export function Reports() {
  const t = reportTexts.value;
  const today = status.value?.today;
  if (today === undefined) return null;
  return (
    <section class="reports" aria-labelledby="reports-title">
      <h2 id="reports-title">
        {t.title} <span class="doc-soft">{t.hint}</span>
      </h2>
      <Links today={today} />
      <details
        onToggle={(event) => {
          if (event.currentTarget.open && entries.value === null) void loadEntries();
        }}
      >
        <summary>{t.enter}</summary>
        {entries.value ? <Form /> : null}
        <p role="status" class={note.value?.isBad ? 'doc-warn' : 'doc-good'}>
          {note.value?.text ?? ''}
        </p>
        <Said today={today} />
      </details>
    </section>
  );
}
