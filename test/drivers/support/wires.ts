/** In-memory wires: bytes go to a simulated bus, or to a script that a test writes. */
import type { Wire, WireListener } from '../../../drivers/modbus/wire.ts';
import type { Fault } from '../../../gateway/domain/faults.ts';

interface BytePort {
  write(bytes: Uint8Array): void;
  onData(receive: (bytes: Uint8Array) => void): void;
}

/** A wire whose other end is a BytePort of the simulators. Bytes arrive in later turns, as from a real one. */
export function createLoopWire(): { readonly wire: Wire; readonly port: BytePort } {
  let listener: WireListener | null = null;
  let receive: (bytes: Uint8Array) => void = () => undefined;
  return {
    wire: {
      isOpen: () => listener !== null,
      async open(wanted) {
        listener = wanted;
        return null;
      },
      write: (bytes) => void setImmediate(() => receive(bytes)),
      async close() {
        listener = null;
      },
    },
    port: {
      write: (bytes) => void setImmediate(() => listener?.data(bytes)),
      onData(wanted) {
        receive = wanted;
      },
    },
  };
}

export interface ScriptedWire extends Wire {
  /** Every request written so far. */
  readonly requests: readonly Buffer[];
  /** How often it was opened. */
  opened(): number;
  /** What comes of the next openings; null for open. Open when nothing is said. */
  willOpen(...results: readonly (Fault | null)[]): void;
  say(bytes: Uint8Array): void;
  lose(reason: Fault): void;
}

/** A wire that answers each request by a script; nothing is answered unless the script says so. */
export function createScriptedWire(
  script: (request: Buffer, say: (bytes: Uint8Array) => void, index: number) => void = () => undefined,
): ScriptedWire {
  let listener: WireListener | null = null;
  const openings: (Fault | null)[] = [];
  const requests: Buffer[] = [];
  let opened = 0;
  const say = (bytes: Uint8Array): void => listener?.data(bytes);
  return {
    requests,
    opened: () => opened,
    willOpen: (...results) => void openings.push(...results),
    say,
    lose(reason) {
      const lost = listener;
      listener = null;
      lost?.lost(reason);
    },
    isOpen: () => listener !== null,
    async open(wanted) {
      opened++;
      const failed = openings.shift() ?? null;
      if (!failed) listener = wanted;
      return failed;
    },
    write(bytes) {
      const request = Buffer.from(bytes);
      requests.push(request);
      setImmediate(() => script(request, say, requests.length - 1));
    },
    async close() {
      listener = null;
    },
  };
}
