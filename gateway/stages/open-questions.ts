/** What the ledger asks of people, kept until something new was said: asked each second while somebody looks. */
import type { Language } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { quantityName } from '../domain/names.ts';
import { type OpenQuestion, stepSentence } from '../domain/validation/questions.ts';
import type { Store } from '../store/store.ts';
import { type Asked, listQuestions } from './list-questions.ts';

const SETTINGS = {
  en: 'The {setting} set in the meter went from {before} to {after}. Correct the site file if it should follow.',
  ja: '計器内の設定 {setting} が {before} から {after} に変わりました。必要なら設定ファイルを直してください。',
};

function asOpen({ questions, settings }: Asked): OpenQuestion[] {
  const steps = questions.map((question): OpenQuestion => {
    const { spec, id, toMs } = question;
    const { en, ja, ways } = stepSentence({ ...question, unit: spec.unit });
    const commands = ways.map((way) => `hakaru answer ${id} ${way}`);
    return { id, meter: spec.meter, channel: spec.channel, sinceMs: toMs, en, ja, commands };
  });
  const changes = settings.map(({ meter, setting, before, after, atMs }): OpenQuestion => {
    const about: Readonly<Record<string, string>> = { before, after };
    const fill = (language: Language): string =>
      SETTINGS[language]
        .replace('{setting}', quantityName(setting, language))
        .replace(/\{(\w+)\}/g, (_, key: string) => about[key] ?? '?');
    const id = `${meter}:${setting}`;
    const commands = [`hakaru answer ${id} ignore`];
    return { id, meter, channel: null, sinceMs: atMs, en: fill('en'), ja: fill('ja'), commands };
  });
  return [...steps, ...changes];
}

export function createOpenQuestions(
  store: Store,
  specs: ReadonlyMap<number, ChannelSpec>,
): () => readonly OpenQuestion[] {
  let known: { readonly seq: number; readonly open: readonly OpenQuestion[] } | null = null;
  return () => {
    // Whatever opens or settles a question is told as an event.
    const seq = store.outbox.lastSeq();
    if (known?.seq !== seq) known = { seq, open: asOpen(listQuestions(store, specs, false)) };
    return known.open;
  };
}
