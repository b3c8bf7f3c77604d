/**
 * The alarm contact of a gateway: looks at what the site file names as a cause, and has the one output switched that
 * there is. Nothing else is ever switched, and nothing at all unless the site file asks for it.
 */
import type { AlarmConfig } from '../config/types.ts';
import { openAlarmSwitch } from '../drivers/output/gpioset.ts';
import { ALARM_CAUSES, type AlarmCause, type AlarmHealth, SALVAGE_SHOWN_MS } from './domain/alarm.ts';
import { reaches } from './domain/demand/notices.ts';
import type { DemandLevel } from './domain/demand/plan.ts';
import { type EpochMs, instant } from './domain/time.ts';
import { SALVAGED_AT } from './identity.ts';
import type { Ground } from './parts.ts';
import type { Pipeline } from './stages/pipeline.ts';
import { SALVAGED_FACT } from './store/salvage.ts';

/** Switchings that wait for the time to be known; older ones go first. */
const MAX_UNTOLD = 20;

interface Switched {
  readonly on: boolean;
  readonly causes: readonly AlarmCause[];
  readonly steadyMs: number;
}

export interface Alarm {
  /** Looks at the causes; to be called each second or so. */
  look(): void;
  health(): AlarmHealth;
}

/**
 * @param demand the highest level in force, of all demands
 * @param onChange told when the contact was switched, or its causes are others
 */
export function openAlarm(
  { me, board, disk, log, opened }: Ground,
  config: AlarmConfig,
  pipeline: Pick<Pipeline, 'clockHealth' | 'knowsTime'>,
  demand: () => DemandLevel | null,
  onChange: () => void,
): Alarm {
  const { clock, events, store } = me;
  let causes: readonly AlarmCause[] = [];
  let told = false;
  let untold: Switched[] = [];
  let sinceSteadyMs = clock.monotonicMs();
  const contact = openAlarmSwitch({ ...config, program: config.gpioset, onChange: noteContact });
  opened.push(() => contact.close());

  const wallOf = (steadyMs: number): EpochMs =>
    instant(Math.round(clock.now() - (clock.monotonicMs() - steadyMs)));

  /** One line each: further causes are further lines. */
  const applies: Readonly<Record<AlarmCause, () => boolean>> = {
    'meter-offline': () => board.all().some(({ health }) => health === 'offline'),
    storage: () => !['ok', 'slow'].includes(disk.guard.health().state),
    clock: () => pipeline.clockHealth().fault !== null,
    'ledger-salvaged'() {
      // Until the time is known nobody can say how long ago it was.
      if (disk.guard.read(() => store.facts.get(SALVAGED_FACT), null) !== null) return true;
      const at = disk.guard.read(() => store.facts.get(SALVAGED_AT), null);
      const ageMs = at === null ? -1 : clock.now() - Number(at);
      return ageMs >= 0 && ageMs < SALVAGE_SHOWN_MS;
    },
    'demand-caution': () => reaches(demand(), 'caution'),
    'demand-warning': () => reaches(demand(), 'warning'),
    'demand-limit': () => reaches(demand(), 'limit'),
  };

  function noteContact(): void {
    const { held, fault } = contact.state();
    sinceSteadyMs = clock.monotonicMs();
    if (fault) log.warn({ fault }, 'the alarm contact is not held');
    if (held !== null && held !== told) {
      told = held;
      log.info({ on: held, causes }, 'the alarm contact was switched');
      untold = [...untold.slice(1 - MAX_UNTOLD), { on: held, causes, steadyMs: sinceSteadyMs }];
    }
    onChange();
  }

  /** What has no time yet cannot be told. */
  function tell(): void {
    if (untold.length === 0 || !pipeline.knowsTime()) return;
    for (const { on, causes: why, steadyMs } of untold) {
      events.tell({
        kind: on ? 'alarm-on' : 'alarm-off',
        meter: null,
        channel: null,
        atMs: wallOf(steadyMs),
        text: on
          ? `The alarm contact was switched on: ${why.join(', ')}.`
          : 'The alarm contact was switched off: nothing is left of what had switched it on.',
        detail: { causes: why.join(', '), chip: config.chip, output: config.output },
      });
    }
    untold = [];
  }

  return {
    look() {
      const now = ALARM_CAUSES.filter((cause) => config.on.includes(cause) && applies[cause]());
      const isOther = now.join() !== causes.join();
      causes = now;
      contact.set(now.length > 0);
      tell();
      if (isOther) onChange();
    },
    health() {
      const { held, fault } = contact.state();
      const state = held === null ? null : held ? 'on' : 'off';
      return { state, sinceMs: wallOf(sinceSteadyMs), causes, fault };
    },
  };
}
