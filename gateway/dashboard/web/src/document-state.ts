/** Coefficient documents: what the sources said, and the file that is being looked at. */
import { computed, effect, signal } from '@preact/signals';
import type { BroughtView, PreviewView, SourcesView } from '../../document-views.ts';
import { send } from './change.ts';
import { documentTexts } from './document-texts.ts';
import { status } from './state.ts';

const REQUEST_TIMEOUT_MS = 20_000;
const RETRY_MS = 10_000;

export const sources = signal<SourcesView | null>(null);
/** The file that was chosen, as bytes: what is applied is what was looked at. */
const chosen = signal<{ readonly name: string; readonly bytes: ArrayBuffer } | null>(null);
export const preview = signal<PreviewView | null>(null);
export const note = signal<{ readonly text: string; readonly isBad: boolean } | null>(null);
export const busy = signal(false);

let retry: ReturnType<typeof setTimeout> | undefined;

export async function loadSources(): Promise<void> {
  clearTimeout(retry);
  try {
    const response = await fetch('/api/v1/documents', { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    if (!response.ok) throw new Error(String(response.status));
    sources.value = (await response.json()) as SourcesView;
  } catch {
    retry = setTimeout(() => void loadSources(), RETRY_MS);
  }
}

async function post<T>(path: string, name: string, bytes: ArrayBuffer, sha256?: string): Promise<T | null> {
  busy.value = true;
  note.value = null;
  try {
    const sent = await send<T>(path, { name, ...(sha256 === undefined ? {} : { sha256 }) }, bytes);
    if (sent.ok) return sent.answer;
    note.value = { text: sent.message, isBad: true };
  } catch {
    note.value = { text: documentTexts.value.failed, isBad: true };
  } finally {
    busy.value = false;
  }
  return null;
}

export async function look(file: File): Promise<void> {
  preview.value = null;
  const bytes = await file.arrayBuffer();
  chosen.value = { name: file.name.slice(0, 200), bytes };
  preview.value = await post<PreviewView>('/api/v1/documents/preview', chosen.value.name, bytes);
}

export function forget(): void {
  preview.value = null;
  chosen.value = null;
  note.value = null;
}

export async function apply(): Promise<void> {
  const [file, seen] = [chosen.value, preview.value];
  if (!file || !seen) return;
  const done = await post<BroughtView>('/api/v1/documents', file.name, file.bytes, seen.sha256);
  await loadSources();
  if (!done) return;
  forget();
  const t = documentTexts.value;
  note.value = { text: done.outcome === 'stored' ? t.stored : t.applied(done.hours), isBad: false };
}

/** Changes whenever the answer may be another one. */
const askedFor = computed(() => {
  const now = status.value;
  if (!now) return null;
  const { newestDocument, fault } = now.coefficients;
  return JSON.stringify([now.now.slice(0, 15), newestDocument, fault?.code]);
});

export function startDocuments(): void {
  effect(() => {
    if (askedFor.value !== null) void loadSources();
  });
}
