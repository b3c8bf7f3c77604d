/** What is watched, written down so that the database can be asked without the site file. */
import { type AlarmState, quietAlarm } from '../domain/demand/levels.ts';
import type { DemandPlan } from '../domain/demand/plan.ts';
import type { Store } from '../store/store.ts';

const KEY = 'demands';
const MICRO = 'micro';

/** Whole numbers of micro-units are written as {"micro":"450000000"}. */
export function rememberDemands(store: Store, plans: readonly DemandPlan[]): void {
  const text = JSON.stringify(plans, (_, value: unknown) =>
    typeof value === 'bigint' ? { [MICRO]: String(value) } : value,
  );
  if (store.facts.get(KEY) !== text) store.write(() => store.facts.put(KEY, text));
}

/** Empty where nothing was ever watched. */
export function recallDemands(store: Store): readonly DemandPlan[] {
  const text = store.facts.get(KEY);
  if (text === null) return [];
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && MICRO in value ? BigInt(String(value[MICRO])) : value,
  ) as DemandPlan[];
}

const alarmFact = (plan: DemandPlan): string => `demand-alarm/${plan.id}`;

/** How far an alarm has risen, so that a restart neither forgets it nor raises it twice. Inside of a transaction. */
export function putAlarm(
  store: Store,
  plan: DemandPlan,
  { periodMs, level, sinceMs, top }: AlarmState,
): void {
  store.facts.put(alarmFact(plan), JSON.stringify({ periodMs, level, sinceMs, top }));
}

/** Null where no alarm was ever raised. */
export function storedAlarm(store: Store, plan: DemandPlan): AlarmState | null {
  const text = store.facts.get(alarmFact(plan));
  if (text === null) return null;
  const { periodMs, level, sinceMs, top } = JSON.parse(text) as AlarmState;
  return { ...quietAlarm(periodMs), level, sinceMs, top };
}
