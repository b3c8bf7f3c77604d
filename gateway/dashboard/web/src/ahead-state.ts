/** What the page knows of today and tomorrow; asked again when the hour, an announcement or the clock changes. */
import { computed, effect, signal } from '@preact/signals';
import type { AheadView } from '../../ahead-views.ts';
import { status } from './state.ts';

const REQUEST_TIMEOUT_MS = 8000;
const RETRY_MS = 4000;

export const ahead = signal<AheadView | null>(null);
export const aheadFailed = signal(false);

/** Changes whenever the answer may be another one. */
const askedFor = computed(() => {
  const now = status.value;
  if (!now) return null;
  const { today, tomorrow } = now.coefficients;
  return JSON.stringify([
    now.now.slice(0, 13),
    now.dataAsOf === null,
    now.clock.state,
    today.spans,
    tomorrow.spans,
  ]);
});

let retry: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

async function load(): Promise<void> {
  clearTimeout(retry);
  const mine = ++asked;
  try {
    const response = await fetch('/api/v1/ahead', { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    if (!response.ok) throw new Error(String(response.status));
    const view = (await response.json()) as AheadView;
    if (mine !== asked) return;
    ahead.value = view;
    aheadFailed.value = false;
  } catch {
    if (mine !== asked) return;
    aheadFailed.value = true;
    retry = setTimeout(() => void load(), RETRY_MS);
  }
}

export function startAhead(): void {
  effect(() => {
    if (askedFor.value !== null) void load();
  });
}
