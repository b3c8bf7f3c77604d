/** What the page knows and what the reader chose, as signals; everything shown is computed from these. */
import { computed, effect, signal } from '@preact/signals';
import type { ChannelDayView, CoefficientView, DayView, FrameView, StatusView } from '../../views.ts';
import { type Language, TEXTS } from './texts.ts';

export type ViewKind = 'chart' | 'table';

const LANGUAGE_KEY = 'hakaru-language';
/** Meters are asked every few seconds to a minute; no new reading for this long is worth a banner. */
const OLD_DATA_MS = 180_000;
/** Until the gateway says how often it beats. */
const DEFAULT_HEARTBEAT_MS = 5000;

function firstLanguage(): Language {
  const stored = localStorage.getItem(LANGUAGE_KEY);
  if (stored === 'ja' || stored === 'en') return stored;
  return navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

const address = new URLSearchParams(location.search);

export const language = signal<Language>(firstLanguage());
export const texts = computed(() => TEXTS[language.value]);
export const status = signal<StatusView | null>(null);
export const day = signal<DayView | null>(null);
export const dayFailed = signal(false);
/** Null follows today. */
export const chosenDate = signal<string | null>(address.get('date'));
/** `meter/channel`; null is the first grid import. */
export const chosenChannel = signal<string | null>(address.get('meter'));
export const chosenHour = signal<number | null>(null);
export const pointedHour = signal<number | null>(null);
export const view = signal<ViewKind>('chart');

/** performance.now() of the last word from the gateway, and whether an attempt to reach it failed since. */
export const heardAtMs = signal(performance.now());
export const unreachable = signal(false);
export const heartbeatMs = signal(DEFAULT_HEARTBEAT_MS);
/** Moves once a second, so that ages are shown anew. */
export const tickMs = signal(performance.now());
/** performance.now() at which `status` arrived. */
const statusAtMs = signal(performance.now());

export function heard(): void {
  heardAtMs.value = performance.now();
  unreachable.value = false;
}

export function receiveStatus(next: StatusView): void {
  heard();
  statusAtMs.value = performance.now();
  status.value = next;
}

/** The gateway's time now: its last word, carried on by this machine's steady clock. */
export const gatewayNowMs = computed(() =>
  status.value ? Date.parse(status.value.now) + Math.max(0, tickMs.value - statusAtMs.value) : null,
);

export const lost = computed(
  () => unreachable.value || Math.max(0, tickMs.value - heardAtMs.value) > 3 * heartbeatMs.value,
);

export const dataIsOld = computed(() => {
  const at = status.value?.dataAsOf;
  return !!at && gatewayNowMs.value !== null && gatewayNowMs.value - Date.parse(at) > OLD_DATA_MS;
});

export const keyOf = (channel: ChannelDayView): string => `${channel.meter}/${channel.channel}`;

export const channel = computed<ChannelDayView | null>(() => {
  const channels = day.value?.channels ?? [];
  const wanted = chosenChannel.value;
  return (
    channels.find((one) => keyOf(one) === wanted) ??
    channels.find((one) => one.role === 'grid-import' && one.channel === 'energy-import') ??
    channels[0] ??
    null
  );
});

/** In the unit of the chart: null wherever no bar may be drawn. */
export const valueOf = (frame: FrameView): number | null =>
  frame.hour && frame.hour.quality !== 'missing' && frame.hour.quality !== 'withdrawn'
    ? frame.hour.quantity
    : null;

function defaultHour(frames: readonly FrameView[], isToday: boolean): number {
  const known = frames.flatMap((frame, index) => (valueOf(frame) === null ? [] : [index]));
  if (isToday || known.length === 0) return known.at(-1) ?? 0;
  const valueAt = (index: number): number => valueOf(frames[index] as FrameView) ?? 0;
  return known.reduce((best, index) => (valueAt(index) > valueAt(best) ? index : best));
}

/** The hour whose details are shown: pointed at, else chosen, else the latest (today) or the largest (other days). */
export const selectedHour = computed(() => {
  const frames = channel.value?.frames ?? [];
  const fallback = defaultHour(frames, day.value?.date === day.value?.today);
  const index = pointedHour.value ?? chosenHour.value ?? fallback;
  return Math.min(index, Math.max(0, frames.length - 1));
});

/** What is announced for an hour, for those that have no bucket yet. */
export function announcedFor(frame: FrameView): CoefficientView | null {
  const start = Date.parse(frame.start);
  const spans = day.value?.coefficients.spans ?? [];
  return spans.find((span) => Date.parse(span.start) <= start && start < Date.parse(span.end)) ?? null;
}

/** Only electricity bought from the grid is weighed by the hour. */
export const isWeighed = (one: ChannelDayView): boolean =>
  one.role === 'grid-import' && one.channel === 'energy-import';

/** Used so far in the running hour: what the register shows now less what it showed when the hour began. */
export const soFar = computed<number | null>(() => {
  const shown = channel.value;
  if (!shown) return null;
  const open = shown.frames.findLastIndex((frame) => frame.state === 'open');
  const before = shown.frames[open - 1]?.hour?.register.end ?? null;
  const meter = status.value?.meters.find((one) => one.id === shown.meter);
  const now = meter?.channels.find((one) => one.channel === shown.channel)?.register ?? null;
  return before === null || now === null || now < before ? null : now - before;
});

effect(() => {
  document.documentElement.lang = language.value;
});

export function chooseLanguage(next: Language): void {
  localStorage.setItem(LANGUAGE_KEY, next);
  language.value = next;
}

effect(() => {
  const name = status.value?.site.name;
  document.title = name ? `${name} — hakaru` : 'hakaru';
});

/** The address names what is shown, so that it can be kept and sent. */
effect(() => {
  const query = new URLSearchParams();
  if (chosenDate.value) query.set('date', chosenDate.value);
  if (chosenChannel.value) query.set('meter', chosenChannel.value);
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
});
