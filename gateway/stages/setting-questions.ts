/** Changes of the CT or VT that is set in a meter, until somebody has looked at them. */
import type { EpochMs } from '../domain/time.ts';
import { instant } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

export interface SettingChange {
  readonly setting: string;
  /** Fractions; `before` as it was when the last change was answered. */
  readonly before: string;
  readonly after: string;
  /** When the new setting was read first. */
  readonly atMs: EpochMs;
}

const PREFIX = 'setting-asked:';

/** Inside a transaction. A second change before an answer is one question: from what it was at first. */
export function askAboutSetting(store: Store, meter: string, change: SettingChange): void {
  const key = `${PREFIX}${meter}/${change.setting}`;
  const open = store.facts.get(key);
  const before = open === null ? change.before : (JSON.parse(open) as SettingChange).before;
  if (before === change.after) store.facts.remove(key);
  else store.facts.put(key, JSON.stringify({ ...change, before }));
}

export function settingChange(store: Store, meter: string, setting: string): SettingChange | null {
  const text = store.facts.get(`${PREFIX}${meter}/${setting}`);
  return text === null ? null : toChange(text);
}

/** Inside a transaction. */
export function settleSetting(store: Store, meter: string, setting: string): void {
  store.facts.remove(`${PREFIX}${meter}/${setting}`);
}

export function openSettingChanges(store: Store): readonly (SettingChange & { readonly meter: string })[] {
  return store.facts.starting(PREFIX).map(({ key, value }) => {
    const meter = key.slice(PREFIX.length, key.lastIndexOf('/'));
    return { meter, ...toChange(value) };
  });
}

function toChange(text: string): SettingChange {
  const change = JSON.parse(text) as SettingChange;
  return { ...change, atMs: instant(change.atMs) };
}
