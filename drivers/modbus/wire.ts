/**
 * Bytes over a serial port or a socket. A wire is closed, opening, open, or lost (closed by the other side or pulled
 * out); lost and closed wires may be opened again. Trouble is a value, never thrown, and nothing here waits without
 * a bound. serialport must run in the main thread: in a worker it aborts the process.
 *
 * A USB adapter that is pulled out does not always say so. The bus therefore opens the wire anew when nothing at all
 * was heard for a while (see bus.ts); here every event of an earlier opening is ignored.
 */
import { connect, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import type { ModbusLineConfig } from '../../config/types.ts';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import { makePrompt } from './prompt-serial.ts';

/** Opening takes no longer than this, or it has failed. */
const OPEN_LIMIT_MS = 5_000;
/** A driver that does not close is left behind after this. */
const CLOSE_LIMIT_MS = 1_000;

export interface WireListener {
  data(bytes: Uint8Array): void;
  /** The wire went away; it is closed now. Not called after {@link Wire.close}. */
  lost(reason: Fault): void;
}

export interface Wire {
  isOpen(): boolean;
  /** Null when open. Safe to call again after any failure. */
  open(listener: WireListener): Promise<Fault | null>;
  /** Hands bytes to the system; a failure comes as `lost`. */
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

export type SerialLine = Extract<ModbusLineConfig, { kind: 'modbus-rtu' }>;
type NetworkLine = Exclude<ModbusLineConfig, { kind: 'modbus-rtu' }>;

export function createWire(line: ModbusLineConfig): Wire {
  return line.kind === 'modbus-rtu' ? createSerialWire(line) : createTcpWire(line);
}

function createSerialWire(line: SerialLine): Wire {
  let port: SerialPort | null = null;
  const about = { line: line.id, port: line.port };

  const classify = (error: Error): Fault => {
    const reason = error.message;
    if (/no such file|ENOENT|ENXIO|ENODEV|no such device/i.test(reason)) return fault('port-missing', about);
    if (/permission denied|EACCES|EPERM/i.test(reason)) return fault('port-denied', about);
    if (/cannot lock port|EBUSY|resource busy/i.test(reason)) return fault('port-busy', about);
    return fault('port-failed', { ...about, reason });
  };

  return {
    isOpen: () => port?.isOpen ?? false,
    async open(listener) {
      const { port: path, baudRate, parity, stopBits } = line;
      const opened = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, autoOpen: false });
      const lost = (reason: string): void => {
        if (port !== opened) return;
        port = null;
        quietly(opened);
        listener.lost(fault('port-failed', { ...about, reason }));
      };
      opened.on('error', (error) => lost(error.message));
      opened.on('close', () => lost('it was closed'));
      opened.on('end', () => lost('it hung up'));
      opened.on('data', (bytes: Buffer) => {
        if (port === opened) listener.data(bytes);
      });
      const failed = await within<Fault | null>(
        OPEN_LIMIT_MS,
        (done) =>
          opened.open((error) => {
            if (!error) makePrompt(opened);
            done(error ? classify(error) : null);
          }),
        fault('port-failed', { ...about, reason: 'opening takes too long' }),
      );
      if (failed) quietly(opened);
      else port = opened;
      return failed;
    },
    write(bytes) {
      // An error is emitted by the port as well, and handled there.
      port?.write(Buffer.from(bytes), () => undefined);
    },
    async close() {
      const open = port;
      port = null;
      if (open?.isOpen) await within<void>(CLOSE_LIMIT_MS, (done) => open.close(() => done()), undefined);
    },
  };
}

/** Closes what may be half open. */
function quietly(port: SerialPort): void {
  port.removeAllListeners('data');
  if (port.isOpen) port.close(() => undefined);
  else port.once('open', () => port.close(() => undefined));
}

function createTcpWire(line: NetworkLine): Wire {
  let socket: Socket | null = null;
  const about = { line: line.id, host: line.host, port: line.port };

  return {
    isOpen: () => socket !== null,
    async open(listener) {
      const opened = connect({ host: line.host, port: line.port, noDelay: true, keepAlive: true });
      const reason = await within<string | null>(
        OPEN_LIMIT_MS,
        (done) => {
          opened.once('connect', () => done(null));
          opened.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
        },
        'no connection in time',
      );
      if (reason !== null) {
        opened.on('error', () => undefined);
        opened.destroy();
        return fault('connection-refused', { ...about, reason });
      }
      const lost = (): void => {
        opened.destroy();
        if (socket !== opened) return;
        socket = null;
        listener.lost(fault('connection-lost', about));
      };
      opened.on('error', lost);
      opened.on('end', lost);
      opened.on('close', lost);
      opened.on('data', (bytes) => {
        if (socket === opened) listener.data(bytes);
      });
      socket = opened;
      return null;
    },
    write(bytes) {
      socket?.write(bytes);
    },
    async close() {
      const open = socket;
      socket = null;
      open?.destroy();
    },
  };
}

/** The first call of `done`, or `otherwise` after `limitMs`. */
function within<T>(limitMs: number, start: (done: (value: T) => void) => void, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), limitMs);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
