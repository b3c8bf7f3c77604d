/**
 * Loaded before the gateway (`--import`) to see from outside its code when each Modbus TCP request is written: port of
 * the meter and the instant, in ms since 1970 with fractions, to the file that HAKARU_STAMPS names, when it ends.
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** MBAP header (7 bytes) and a read request (5). */
const REQUEST_BYTES = 12;
/** 200 meters for 100 s. */
const MOST = 20_000;

const file = process.env['HAKARU_STAMPS'];
if (file !== undefined && isMainThread) {
  const stamps = new Float64Array(MOST * 2);
  let filled = 0;
  // oxlint-disable-next-line typescript/unbound-method -- called on its socket below
  const write = Socket.prototype.write;
  Socket.prototype.write = function stamped(this: Socket, ...args: unknown[]): boolean {
    const [bytes] = args;
    if (bytes instanceof Uint8Array && bytes.length === REQUEST_BYTES && filled < stamps.length) {
      stamps[filled++] = this.remotePort ?? 0;
      stamps[filled++] = performance.timeOrigin + performance.now();
    }
    return Reflect.apply(write, this, args) as boolean;
  };
  process.on('exit', () => writeFileSync(file, stamps.subarray(0, filled)));
}
