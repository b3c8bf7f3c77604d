/**
 * Tells when the CT or VT that is set in a meter is another one than when it was last read: what its registers counted
 * in between may belong to either. What was seen last is a row, so that a change made while the gateway was off is
 * noticed too. Whether the setting is what the site file says is the driver's to judge (fault `setting-differs`).
 */
import type { MeterPoll, SettingSample } from '../domain/ports.ts';
import { formatFraction } from '../domain/rational.ts';
import type { EventDraft } from '../domain/render.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';
import { askAboutSetting } from './setting-questions.ts';

const NAMES: Readonly<Record<SettingSample['setting'], string>> = {
  'ct-ratio': 'CT ratio',
  'vt-ratio': 'VT ratio',
  'ct-primary': 'primary current of the CT',
  'ct-secondary': 'secondary current of the CT',
  'vt-primary': 'primary voltage of the VT',
  'vt-secondary': 'secondary voltage of the VT',
};

function draft(meter: string, sample: SettingSample, before: string, after: string): EventDraft {
  return {
    kind: 'meter-setting',
    meter,
    channel: null,
    atMs: sample.atMs,
    text: `The ${NAMES[sample.setting]} set in ${meter} is ${after}; it was ${before} when it was last read. Its energy since then deserves a look.`,
    detail: { setting: sample.setting, before, after },
  };
}

export interface SettingsWatcher {
  note(poll: MeterPoll): void;
}

export function createSettingsWatcher({
  store,
  events,
}: {
  readonly store: Store;
  readonly events: EventSink;
}): SettingsWatcher {
  return {
    note({ meter, settings = [] }) {
      for (const sample of settings) {
        const key = `setting:${meter}/${sample.setting}`;
        const before = store.facts.get(key);
        const after = formatFraction(sample.value);
        if (before === after) continue;
        events.write(sample.atMs, () => {
          store.facts.put(key, after);
          if (before === null) return;
          events.emit(draft(meter, sample, before, after));
          askAboutSetting(store, meter, { setting: sample.setting, before, after, atMs: sample.atMs });
        });
      }
    },
  };
}
