/** Puts the pieces of one line together: wire, port object, timing, order of answers, bus. */
import type { ModbusLineConfig } from '../../config/types.ts';
import type { Fault } from '../../gateway/domain/faults.ts';
import type { Clock } from '../../gateway/domain/time.ts';
import { createAnswerOrder } from './answer-order.ts';
import { type Bus, createBus } from './bus.ts';
import { RtuPort } from './rtu-port.ts';
import { TcpPort } from './tcp-port.ts';
import { characterMs, serialOverTcpTiming, serialTiming, TCP_TIMING, type WireTiming } from './timing.ts';
import { createWire, type Wire } from './wire.ts';

/** What a line has to tell beside its polls. */
export type LineEvent =
  | { readonly kind: 'opened'; readonly line: string }
  | { readonly kind: 'lost'; readonly line: string; readonly fault: Fault }
  | { readonly kind: 'resting' | 'answering-again'; readonly line: string; readonly meter: string };

export interface LineDeps {
  /** Stamps the readings. */
  readonly clock: Clock;
  readonly log?: (event: LineEvent) => void;
  /** In the place of the port or socket the line names; for tests. */
  readonly wire?: Wire;
  /** In the place of the waits that the line's baud rate asks for; for tests. */
  readonly timing?: WireTiming;
  /** Monotonic ms of back-off, resting and history; real time unless a test says otherwise. */
  readonly nowMs?: () => number;
}

/** Touches no hardware yet: the first read opens the wire. `onOpened` is called each time the wire came (back). */
export function createLineBus(
  line: ModbusLineConfig,
  deps: LineDeps,
  onOpened: () => void = () => undefined,
): Bus {
  const nowMs = deps.nowMs ?? (() => performance.now());
  const wire = deps.wire ?? createWire(line);
  // A serial server may repeat a request, and the meter then answers twice: with other bytes.
  const sameShapeAgain = line.kind === 'modbus-rtu';
  const order = line.kind === 'modbus-tcp' ? null : createAnswerOrder({ sameShapeAgain });
  const timing = deps.timing ?? timingOf(line);
  return createBus({
    line: line.id,
    wire,
    order,
    timing,
    clock: deps.clock,
    nowMs,
    createPort: (drop) =>
      line.kind === 'modbus-tcp' || order === null
        ? new TcpPort({ line: line.id, wire, drop })
        : new RtuPort({ line: line.id, wire, order, timing, characterMs: characterMs(line.baudRate), nowMs }),
    onOpened() {
      onOpened();
      deps.log?.({ kind: 'opened', line: line.id });
    },
    onLost: (reason) => deps.log?.({ kind: 'lost', line: line.id, fault: reason }),
  });
}

function timingOf(line: ModbusLineConfig): WireTiming {
  if (line.kind === 'modbus-tcp') return TCP_TIMING;
  return line.kind === 'modbus-rtu' ? serialTiming(line.baudRate) : serialOverTcpTiming(line.baudRate);
}
