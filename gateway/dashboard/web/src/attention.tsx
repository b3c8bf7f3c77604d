import type { ComponentChildren } from 'preact';
import type { HintView, MeterView, QuestionView } from '../../views.ts';
import { moment } from './format.ts';
import { language, status, texts } from './state.ts';

/** What is typed, and what it says. */
function Commands({ commands }: { commands: readonly string[] }) {
  const ways: Readonly<Record<string, string>> = texts.value.ways;
  return (
    <ul class="ways">
      {commands.map((command) => (
        <li key={command}>
          <code>{command}</code>
          <span class="way-note">{ways[command.split(' ')[3] ?? ''] ?? ''}</span>
        </li>
      ))}
    </ul>
  );
}

/** What stands between backticks is something to type. */
function Sentence({ text }: { text: string }) {
  return <p>{text.split('`').map((part, n) => (n % 2 === 1 ? <code key={part}>{part}</code> : part))}</p>;
}

interface ItemProps {
  readonly title: string;
  readonly at: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}

function Item({ title, at, text, children }: ItemProps) {
  const now = status.value;
  return (
    <li class="todo">
      <p class="todo-head">
        <b>{title}</b>
        <time datetime={at}>{now ? moment(at, now.today) : at}</time>
      </p>
      <Sentence text={text} />
      {children}
    </li>
  );
}

const nameOf = (meters: readonly MeterView[], id: string): string =>
  meters.find((meter) => meter.id === id)?.name ?? id;

/** What waits for a person: questions of the ledger, and what the figures of the meters say about their wiring. */
export function Attention() {
  const t = texts.value;
  const now = status.value;
  const meters = now?.meters ?? [];
  const questions: readonly QuestionView[] = now?.questions ?? [];
  const hints = meters.flatMap((meter) => meter.hints.map((hint: HintView) => ({ meter, hint })));
  if (questions.length + hints.length === 0) return null;
  return (
    <section class="attention" aria-labelledby="attention-title">
      <h2 id="attention-title">
        {t.attention}
        <span class="meters-count">{t.attentionCount(questions.length, hints.length)}</span>
      </h2>
      <ul class="todos">
        {questions.map((question) => (
          <Item
            key={question.id}
            title={nameOf(meters, question.meter)}
            at={question.at}
            text={question[language.value]}
          >
            <p class="todo-how">{t.answerWith}</p>
            <Commands commands={question.commands} />
          </Item>
        ))}
        {hints.map(({ meter, hint }) => (
          <Item
            key={`${meter.id}/${hint.code}`}
            title={meter.name}
            at={hint.since}
            text={hint[language.value]}
          />
        ))}
      </ul>
    </section>
  );
}
