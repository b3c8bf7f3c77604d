/**
 * The polling of the demo. While the past is played the Modbus meters are asked for their registers only, over wires
 * without silences: gauges have no past. In the present they are asked as anywhere. Contacts are watched all through.
 */
import type { LineConfig, MeterConfig, SiteConfig } from '../../config/types.ts';
import { serialOverTcpTiming, serialTiming, type WireTiming } from '../../drivers/modbus/timing.ts';
import type { DemoPulses } from '../../simulators/demo-pulses.ts';
import { instant, SLOT_MS } from '../domain/time.ts';
import type { PlayClock } from '../platform/play-clock.ts';
import { type OpenPolling, type PolledSite, pollHere } from '../polling.ts';

function withoutSilences(line: LineConfig): WireTiming | null {
  if (line.kind === 'modbus-rtu') return { ...serialTiming(line.baudRate), silenceMs: 0 };
  if (line.kind === 'modbus-rtu-over-tcp') return { ...serialOverTcpTiming(line.baudRate), silenceMs: 0 };
  return null;
}

function part(site: PolledSite, isWanted: (kind: LineConfig['kind']) => boolean): PolledSite {
  const lines = site.lines.filter(({ kind }) => isWanted(kind));
  const ids = new Set(lines.map(({ id }) => id));
  return { ...site, lines, meters: site.meters.filter(({ line }) => ids.has(line)) };
}

const registersOnly = (meters: SiteConfig['meters']): SiteConfig['meters'] =>
  meters.map((meter): MeterConfig => ({ ...meter, type: { ...meter.type, gauges: {} } }));

/** `start` ends the past. */
export function demoPolling(clock: PlayClock, pulses: DemoPulses, speed: number): OpenPolling {
  return (site, onPoll) => {
    const wires = part(site, (kind) => kind !== 'gpio');
    const past = pollHere({ clock, timing: withoutSilences })(
      { ...wires, meters: registersOnly(wires.meters) },
      onPoll,
    );
    const present = pollHere({ clock, speed })(wires, onPoll);
    const contacts = pollHere({
      clock,
      speed,
      contacts: {
        clock: { ...clock, now: () => instant(pulses.nowMs()) },
        nowUs: () => pulses.steadyUs(),
        // The clock is stepped after what was stamped in a step was told.
        aheadUs: SLOT_MS * 1_000,
      },
    })(
      part(site, (kind) => kind === 'gpio'),
      onPoll,
    );
    const begun = Promise.withResolvers<void>();
    let closing = false;
    async function goOn(): Promise<void> {
      await past.close();
      if (closing) return;
      present.start();
      await Promise.all([present.firstRound(), contacts.firstRound()]);
      begun.resolve();
    }

    return {
      async pollAll() {
        await Promise.all([past.pollAll(), contacts.pollAll()]);
      },
      start() {
        contacts.start();
        void goOn();
      },
      firstRound: () => begun.promise,
      async close() {
        closing = true;
        await Promise.all([past.close(), present.close(), contacts.close()]);
      },
    };
  };
}
