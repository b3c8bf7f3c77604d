/**
 * 31 meters on a pseudo terminal that take exactly the time a wire takes, in a process of their own: a loop without
 * an event loop. A pty hands a request over at once; here it is on the wire for 8 characters from its first byte. The
 * answer begins one silence after the request ended and comes in pieces as a serial driver hands them over, the last
 * at the end of its last character. Registers move: each shows the number of the answer.
 *
 * Arguments: path, baud rate. One line of JSON after every 31 answers: the silences before those requests, ms; null
 * where this process itself was held up in the answer before, so that the driver may rightly have given it up.
 * A request that is not a whole read of registers ends the process with a sentence: the bench must not go on then.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { crcHolds, withCrc } from '../../simulators/crc16.ts';

const METERS = 31;
const PIECE_BYTES = 32;
/** Sleeping ends up to this late; the rest is waited out awake, ms. */
const SLEEP_MARGIN_MS = 0.25;
/** A piece that is later than this came from a process that was held up. */
const HELD_UP_MS = 5;

const [path = '', baudText = ''] = process.argv.slice(2);
const baudRate = Number(baudText);
const characterMs = 11_000 / baudRate;
const silenceMs = baudRate > 19_200 ? 1.75 : 3.5 * characterMs;
let freeAtMs = Number.NEGATIVE_INFINITY;
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const line = openSync(path, constants.O_RDWR | constants.O_NOCTTY);

function waitUntil(dueMs: number): void {
  const sleepMs = dueMs - performance.now() - SLEEP_MARGIN_MS;
  if (sleepMs > 0) Atomics.wait(sleeper, 0, 0, sleepMs);
  while (performance.now() < dueMs);
}

/** The next 8 bytes, and when the first of them came. */
function readRequest(): { readonly frame: Uint8Array; readonly atMs: number } {
  const frame = new Uint8Array(8);
  let atMs = 0;
  for (let got = 0; got < frame.length; ) {
    got += readSync(line, frame, got, frame.length - got, null);
    if (atMs === 0) atMs = performance.now();
  }
  return { frame, atMs };
}

let answers = 0;
let silences: (number | null)[] = [];
let wasHeldUp = false;
process.on('exit', () => closeSync(line));
process.stdout.write('"ready"\n');

for (;;) {
  const { frame, atMs } = readRequest();
  if (!crcHolds(frame) || (frame[1] !== 3 && frame[1] !== 4))
    throw new Error(`not a read: ${Buffer.from(frame).toString('hex')}`);
  if (answers > 0) silences.push(wasHeldUp ? null : atMs - freeAtMs);
  wasHeldUp = false;
  const words = frame[5] ?? 0;
  answers++;
  const body = new Uint8Array(3 + words * 2);
  body.set([frame[0] ?? 0, frame[1] ?? 0, words * 2]);
  for (let word = 0; word < words; word++) {
    body[3 + word * 2] = answers >> 8;
    body[4 + word * 2] = answers & 0xff;
  }
  const answer = withCrc(body);
  let dueMs = atMs + frame.length * characterMs + silenceMs;
  for (let from = 0; from < answer.length; from += PIECE_BYTES) {
    const piece = answer.subarray(from, from + PIECE_BYTES);
    dueMs += piece.length * characterMs;
    waitUntil(dueMs);
    // Taken before: this process may be held up after the bytes have left, and the silence then began in between.
    freeAtMs = performance.now();
    wasHeldUp ||= freeAtMs - dueMs > HELD_UP_MS;
    writeSync(line, piece);
  }
  if (silences.length >= METERS) {
    writeSync(1, `${JSON.stringify(silences)}\n`);
    silences = [];
  }
}
