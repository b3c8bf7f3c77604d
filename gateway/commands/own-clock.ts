/**
 * The time by which a command writes where no gateway runs. A gateway holds corrections back while its clock cannot be
 * believed; a command has nobody who does so for it, and what it stamps wrongly no later correction puts right.
 */
import { loadSite } from '../../config/load-site.ts';
import { CodedError, fault, type Language } from '../domain/faults.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import { systemClock } from '../platform/system-clock.ts';
import { watchTimeSource } from '../platform/time-source.ts';
import { STEP_MS } from '../stages/judge-clock.ts';
import type { Store } from '../store/store.ts';

/** Whether the site file vouches for the clock; a file that is not there, or wrong, vouches for nothing. */
function trustOf(config: string, language: Language): 'auto' | 'manual' {
  try {
    return loadSite(config, { language }).site.clock.trust;
  } catch (error) {
    if (error instanceof CodedError) return 'auto';
    throw error;
  }
}

/** @throws CodedError correction-clock-untrusted, correction-clock-behind */
export async function believedNow(
  store: Store,
  { config, language }: { readonly config: string; readonly language: Language },
): Promise<EpochMs> {
  const trust = trustOf(config, language);
  const clock = systemClock(trust, trust === 'auto' ? await watchTimeSource() : null);
  const nowMs = clock.now();
  const now = new Date(nowMs).toISOString();
  if (clock.trust() === 'untrusted') throw new CodedError(fault('correction-clock-untrusted', { now }));
  const newestMs = instant(Math.max(0, ...store.readings.heads().map(({ atMs }) => atMs)));
  if (newestMs - nowMs <= STEP_MS) return nowMs;
  const newest = new Date(newestMs).toISOString();
  throw new CodedError(fault('correction-clock-behind', { now, newest }));
}
