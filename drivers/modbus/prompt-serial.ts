/**
 * Lets an open serial port read and write in the turn of the event loop in which it can. By itself serialport hands
 * each read (two of them per piece) and each write to Node's thread pool and waits for its turn there: 0.1 ms and more
 * each, and far more while the pool is busy with files. At 115,200 baud a whole question with its answer takes 12 ms.
 *
 * Only the plain case is done here: bytes that are there already, and bytes that fit the kernel's buffer at once.
 * Anything else, every error included, is left to serialport's own way, which then meets it again. On a system
 * where the binding has no descriptor (Windows) nothing is changed.
 */
import { readSync, writeSync } from 'node:fs';
import type { SerialPort } from 'serialport';

/** What serialport's binding on Linux and macOS shows of itself. */
interface Descriptor {
  /** Null once it is being closed. */
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', ready: (error: Error | null) => void): unknown };
}

type Binding = NonNullable<SerialPort['port']>;

/** To be called once, when the port has opened. A read that is already waiting ends in serialport's own way. */
export function makePrompt(port: SerialPort): void {
  const binding = port.port;
  if (!binding || !hasDescriptor(binding)) return;
  const read = binding.read.bind(binding);
  const write = binding.write.bind(binding);

  binding.read = async (buffer, offset, length) => {
    if (binding.fd !== null) {
      // Reading only then never blocks, whatever flags the descriptor has.
      await new Promise<void>((resolve, reject) => {
        binding.poller.once('readable', (error) => (error ? reject(error) : resolve()));
      });
      const bytesRead = attempt(() =>
        binding.fd === null ? 0 : readSync(binding.fd, buffer, offset, length, null),
      );
      if (bytesRead > 0) return { buffer, bytesRead };
    }
    return read(buffer, offset, length);
  };
  binding.write = async (buffer) => {
    const written = attempt(() => (binding.fd === null ? 0 : writeSync(binding.fd, buffer)));
    if (written < buffer.length) await write(buffer.subarray(written));
  };
}

function hasDescriptor(binding: Binding): binding is Binding & Descriptor {
  const { fd, poller } = binding as Partial<Descriptor>;
  return typeof fd === 'number' && typeof poller?.once === 'function';
}

/** Bytes moved; 0 when there is any trouble. */
function attempt(move: () => number): number {
  try {
    return move();
  } catch {
    return 0;
  }
}
