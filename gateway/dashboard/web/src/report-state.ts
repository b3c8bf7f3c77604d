/** What was entered for reports, and the form for more. */
import { signal } from '@preact/signals';
import type { ReportEntriesView } from '../../report-views.ts';
import type { ErrorView } from '../../views.ts';
import { reportTexts } from './report-texts.ts';
import { language } from './state.ts';

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

async function send(body: BodyInit, name: string): Promise<boolean> {
  busy.value = true;
  note.value = null;
  localStorage.setItem(NAME_KEY, by.value);
  try {
    const query = new URLSearchParams({ by: by.value, name });
    const response = await fetch(`/api/v1/report/entries?${query}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'x-hakaru-change': '1',
        'accept-language': language.value,
      },
      body,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answer = (await response.json()) as ErrorView & { readonly taken: number };
    note.value = response.ok
      ? { text: reportTexts.value.taken(answer.taken), isBad: false }
      : { text: answer.message, isBad: true };
    if (response.ok) await loadEntries();
    return response.ok;
  } catch {
    note.value = { text: reportTexts.value.failed, isBad: true };
    return false;
  } finally {
    busy.value = false;
  }
}

export async function enterLine(): Promise<void> {
  const text = `${kind.value},${line.value.trim()}\n`;
  if (await send(new TextEncoder().encode(text), 'page')) line.value = '';
}

export async function enterFile(file: File): Promise<void> {
  await send(await file.arrayBuffer(), file.name.slice(0, 200));
}
