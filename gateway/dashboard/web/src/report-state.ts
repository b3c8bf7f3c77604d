/** What was entered for reports, and the form for more. */
import { signal } from '@preact/signals';
import type { ReportEntriesView } from '../../report-views.ts';
import { send } from './change.ts';
import { reportTexts } from './report-texts.ts';

const REQUEST_TIMEOUT_MS = 20_000;
const NAME_KEY = 'hakaru-name';

export const entries = signal<ReportEntriesView | null>(null);
export const kind = signal('production');
export const line = signal('');
export const by = signal(localStorage.getItem(NAME_KEY) ?? '');
export const busy = signal(false);
export const note = signal<{ readonly text: string; readonly isBad: boolean } | null>(null);

/** Asked when the section is opened: most readers never do. */
export async function loadEntries(): Promise<void> {
  try {
    const response = await fetch('/api/v1/report/entries', {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.ok) entries.value = (await response.json()) as ReportEntriesView;
  } catch {
    note.value = { text: reportTexts.value.failed, isBad: true };
  }
}

async function enter(body: BodyInit, name: string): Promise<boolean> {
  busy.value = true;
  note.value = null;
  localStorage.setItem(NAME_KEY, by.value);
  try {
    const sent = await send<{ readonly taken: number }>(
      '/api/v1/report/entries',
      { by: by.value, name },
      body,
    );
    note.value = sent.ok
      ? { text: reportTexts.value.taken(sent.answer.taken), isBad: false }
      : { text: sent.message, isBad: true };
    if (sent.ok) await loadEntries();
    return sent.ok;
  } catch {
    note.value = { text: reportTexts.value.failed, isBad: true };
    return false;
  } finally {
    busy.value = false;
  }
}

export async function enterLine(): Promise<void> {
  const text = `${kind.value},${line.value.trim()}\n`;
  if (await enter(new TextEncoder().encode(text), 'page')) line.value = '';
}

export async function enterFile(file: File): Promise<void> {
  await enter(await file.arrayBuffer(), file.name.slice(0, 200));
}
