/**
 * Keeps the page supplied. While the stream is open the gateway tells; when it breaks, the page asks for the status
 * and opens the stream again, every {@link RECONNECT_MS}, for as long as it is on a screen. A full house (503) thus
 * still gets values, only less often.
 */
import { effect } from '@preact/signals';
import type { DayView, StatusView } from '../../views.ts';
import {
  chosenDate,
  chosenHour,
  day,
  dayFailed,
  heard,
  heartbeatMs,
  receiveStatus,
  status,
  tickMs,
  unreachable,
} from './state.ts';

const RECONNECT_MS = 4000;
const REQUEST_TIMEOUT_MS = 8000;

/** Null when the gateway does not take the question (400); throws when it does not answer. */
async function get<T>(path: string): Promise<T | null> {
  const response = await fetch(path, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  if (response.status === 400) return null;
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

let loading = false;
let again = false;
let retry: ReturnType<typeof setTimeout> | undefined;

async function loadOnce(date: string | null): Promise<void> {
  try {
    const next = await get<DayView>(date ? `/api/v1/day?date=${encodeURIComponent(date)}` : '/api/v1/day');
    dayFailed.value = false;
    if (date !== chosenDate.peek()) return;
    if (next) {
      day.value = next;
    } else if (date !== null) {
      // An address with a date that is none: show today.
      chosenDate.value = null;
      again = true;
    }
  } catch {
    dayFailed.value = true;
    clearTimeout(retry);
    retry = setTimeout(() => void loadDay(), RECONNECT_MS);
  }
}

/** Loads the chosen day; one request at a time, and once more when something changed meanwhile. */
async function loadDay(): Promise<void> {
  again = true;
  if (loading) return;
  loading = true;
  while (again) {
    again = false;
    await loadOnce(chosenDate.peek());
  }
  loading = false;
}

/** For pages without a stream. */
async function askStatus(): Promise<void> {
  try {
    const next = await get<StatusView>('/api/v1/status');
    if (next) receiveStatus(next);
    void loadDay();
  } catch {
    unreachable.value = true;
  }
}

function openStream(): void {
  const source = new EventSource('/api/v1/live');
  source.addEventListener('hello', (event) => {
    const hello = JSON.parse(event.data) as { heartbeatMs: number };
    heartbeatMs.value = hello.heartbeatMs;
    heard();
    void loadDay();
  });
  source.addEventListener('beat', heard);
  source.addEventListener('status', (event) => receiveStatus(JSON.parse(event.data) as StatusView));
  source.addEventListener('hours', () => void loadDay());
  source.addEventListener('error', () => {
    source.close();
    void askStatus();
    setTimeout(openStream, RECONNECT_MS);
  });
}

/** Shows another day; null follows today. */
export function showDate(date: string | null): void {
  chosenHour.value = null;
  chosenDate.value = date;
  void loadDay();
}

export function startLive(): void {
  void loadDay();
  openStream();
  setInterval(() => {
    tickMs.value = performance.now();
  }, 1000);
  // A new hour has begun, or a new day: the frames are others now.
  effect(() => {
    const now = status.value?.now.slice(0, 13);
    if (now !== undefined && day.peek() && day.peek()?.now.slice(0, 13) !== now) void loadDay();
  });
}
