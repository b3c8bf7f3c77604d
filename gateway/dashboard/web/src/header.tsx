import type { ComponentChildren } from 'preact';
import type { CoefficientsView, StatusView } from '../../views.ts';
import { ago, clockTime, coefficient, moment } from './format.ts';
import { chooseLanguage, dataIsOld, gatewayNowMs, language, lost, status, texts } from './state.ts';
import type { Language, Texts } from './texts.ts';

type Mood = 'good' | 'warn' | 'bad' | 'calm';

function Fact(props: {
  label: string;
  mood: Mood;
  about?: string;
  note?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class="fact" data-mood={props.mood}>
      <dt>
        {props.label}
        {props.about ? <span class="fact-about">{props.about}</span> : null}
      </dt>
      <dd>
        <span class="fact-value">{props.children}</span>
        {props.note ? <span class="fact-note">{props.note}</span> : null}
      </dd>
    </div>
  );
}

/** "Curtailment 08:00–16:00, confirmed": what a day is announced to be. */
function dayWords(view: CoefficientsView, t: Texts): string {
  const special = view.spans.filter((span) => span.class !== 'normal' && span.class !== 'none');
  const unconfirmed = view.spans.filter((span) => !span.confirmed).length;
  const state =
    unconfirmed === 0 && view.spans.length > 0
      ? t.confirmed
      : unconfirmed < view.spans.length
        ? t.partlyConfirmed
        : t.unconfirmed;
  if (special.length === 0 && unconfirmed === view.spans.length) {
    return t.notAnnounced(coefficient(view.flatMjPerKwh, language.value));
  }
  const classes = special.map((span) => {
    const to = clockTime(span.end) === '00:00' ? '24:00' : clockTime(span.end);
    const whole = clockTime(span.start) === '00:00' && to === '24:00';
    return whole ? t.className[span.class] : `${t.className[span.class]} ${clockTime(span.start)}–${to}`;
  });
  return `${classes.length > 0 ? classes.join(', ') : t.className.normal} · ${state}`;
}

function MqttFact({ now, t }: { now: StatusView; t: Texts }) {
  const { mqtt } = now;
  if (!mqtt)
    return (
      <Fact label={t.mqtt} mood="calm">
        {t.mqttOff}
      </Fact>
    );
  const count = mqtt.backlog?.toLocaleString(language.value) ?? '?';
  const waiting = mqtt.backlog === 0 ? t.allSent : t.backlog(count);
  const oldest = mqtt.oldestUnsent ? ` · ${t.oldest(moment(mqtt.oldestUnsent, now.today))}` : '';
  return (
    <Fact label={t.mqtt} mood={mqtt.connected ? 'good' : 'bad'} note={`${waiting}${oldest}`}>
      {mqtt.connected ? t.mqttUp : t.mqttDown}
    </Fact>
  );
}

function AlarmFact({ now, t }: { now: StatusView; t: Texts }) {
  if (!now.alarm) return null;
  const { state, causes } = now.alarm;
  const why = causes.map((cause) => t.alarmCause[cause]).join(' · ');
  return (
    <Fact label={t.alarm} mood={state === 'off' ? 'good' : 'bad'} note={why || null}>
      {t.alarmState[state ?? 'lost']}
    </Fact>
  );
}

function CoefficientFact({ now, t }: { now: StatusView; t: Texts }) {
  const { today, tomorrow, newestDocument, fault } = now.coefficients;
  const sure = today.spans.length > 0 && today.spans.every((span) => span.confirmed);
  const paper = newestDocument ? t.document(newestDocument.document, newestDocument.revision) : t.noDocument;
  return (
    <Fact label={t.coefficient} mood={fault ? 'bad' : sure ? 'good' : 'warn'} about={paper}>
      <span class="fact-line">
        <b>{t.today}</b> {dayWords(today, t)}
      </span>
      <span class="fact-line">
        <b>{t.tomorrow}</b> {dayWords(tomorrow, t)}
      </span>
    </Fact>
  );
}

function Facts({ now, t }: { now: StatusView; t: Texts }) {
  const dataAge =
    now.dataAsOf && gatewayNowMs.value !== null ? gatewayNowMs.value - Date.parse(now.dataAsOf) : null;
  return (
    <dl class="facts">
      <Fact
        label={t.dataAsOf}
        mood={lost.value || dataIsOld.value || dataAge === null ? 'bad' : 'good'}
        note={dataAge === null ? null : ago(dataAge, t)}
      >
        {now.dataAsOf ? <time datetime={now.dataAsOf}>{moment(now.dataAsOf, now.today)}</time> : t.noData}
      </Fact>
      <Fact label={t.clock} mood={now.clockTrust === 'untrusted' ? 'bad' : 'good'} note={now.site.timezone}>
        {t.clockTrust[now.clockTrust]}
      </Fact>
      <MqttFact now={now} t={t} />
      <AlarmFact now={now} t={t} />
      <CoefficientFact now={now} t={t} />
    </dl>
  );
}

const LANGUAGES: readonly { readonly id: Language; readonly name: string }[] = [
  { id: 'ja', name: '日本語' },
  { id: 'en', name: 'English' },
];

export function Header() {
  const t = texts.value;
  const now = status.value;
  return (
    <header class="top">
      <div class="top-line">
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M7 25V15h4v10zm7 0V7h4v18zm7 0v-7h4v7z" />
        </svg>
        <h1>{now?.site.name ?? 'hakaru'}</h1>
        <div class="switch" role="group" aria-label={t.language}>
          {LANGUAGES.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              lang={id}
              aria-pressed={language.value === id}
              onClick={() => chooseLanguage(id)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {now ? <Facts now={now} t={t} /> : null}
    </header>
  );
}
