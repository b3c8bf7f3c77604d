/** Masters that know no Modbus: they write given bytes and hand back what comes. */
import { connect, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import type { RtuBus } from '../../simulators/rtu-bus.ts';

const DEADLINE_MS = 5_000;

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

export function connectTo(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Writes and waits until so many bytes have come back, or the stream ends, or the deadline is over. */
export function exchange(
  stream: Socket | SerialPort,
  request: string,
  replyBytes: number,
  deadlineMs = DEADLINE_MS,
): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const finish = (): void => {
      clearTimeout(deadline);
      stream.removeListener('data', onData);
      stream.removeListener('close', finish);
      resolve(got);
    };
    const onData = (chunk: Uint8Array): void => {
      got += hex(chunk);
      if (got.length >= replyBytes * 2) finish();
    };
    const deadline = setTimeout(finish, deadlineMs);
    stream.on('data', onData);
    stream.on('close', finish);
    stream.write(Buffer.from(bytes(request)));
  });
}

export function openSerial(path: string, baudRate: number): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    port.open((error) => (error ? reject(error) : resolve(port)));
  });
}

export function closeSerial(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    port.close(() => resolve());
  });
}

export interface MemoryPort {
  /** Gives the bus these bytes; returns what it wrote before coming back: at pace 0 the whole answer. */
  ask(request: string): string[];
  readonly written: readonly string[];
}

/** A port in memory. @param onWrite called after each piece the bus wrote */
export function inMemory(bus: RtuBus, onWrite?: (port: MemoryPort) => void): MemoryPort {
  const written: string[] = [];
  const receivers: ((chunk: Uint8Array) => void)[] = [];
  const port: MemoryPort = {
    written,
    ask(request) {
      const before = written.length;
      for (const receive of receivers) receive(bytes(request));
      return written.slice(before);
    },
  };
  bus.attach({
    write(chunk) {
      written.push(hex(chunk));
      onWrite?.(port);
    },
    onData: (receive) => void receivers.push(receive),
  });
  return port;
}
