/**
 * How long things take on a wire. A character is 11 bits (start, 8 data, parity or second stop bit, stop), as the
 * standard counts; where 8N1 sends 10 the result errs to the safe side.
 * Source: Modbus over Serial Line V1.02, 2.5.1.1.
 */
import { answerBytes, REQUEST_BYTES } from './frame.ts';

const BITS_PER_CHARACTER = 11;
/** Above this baud rate the standard fixes the silence between frames. */
const FIXED_SILENCE_ABOVE_BAUD = 19_200;
const FIXED_SILENCE_MS = 1.75;
const SILENCE_CHARACTERS = 3.5;

/** USB adapters hand bytes over in ticks (FTDI: 16 ms, on the way out and in), and a busy small box adds its own. */
const USB_MARGIN_MS = 100;
/** What a serial server, a switch and a busy TCP stack may add. */
const NETWORK_MARGIN_MS = 400;
/** A wire counts as quiet after a fault when nothing came for this long: longer than one tick of a USB adapter. */
const QUIET_MS = 20;
/** No quiet is waited for longer than this: a wire that never rests is reported, not waited for. */
const QUIET_LIMIT_MS = 250;
/** An answer that began and stopped for this long has broken off. Three ticks of a USB adapter. */
const BROKEN_OFF_MS = 50;
/** Timers are this exact when nothing holds the process up. */
export const PUNCTUAL_MS = 3;
/** After a stall of the whole process, bytes may still wait in the kernel when a time-out fires: read them first. */
export const STALL_GRACE_MS = 20;

/**
 * What a meter takes before it answers, as a rule; types give the longest time instead, which says little about a
 * usual answer. Measured ones lie between 5 and 50 ms.
 */
export const USUAL_ANSWER_DELAY_MS = 20;
/** Bytes of an answer beside its registers: unit, function, count, CRC. */
const ANSWER_OVERHEAD_BYTES = answerBytes(0);

/** The waits of one line, ms. Tests compress them; everything else uses {@link serialTiming} and friends. */
export interface WireTiming {
  /** Least silence before a request. */
  readonly silenceMs: number;
  readonly quietMs: number;
  readonly quietLimitMs: number;
  readonly brokenOffMs: number;
  /** From the request's first byte to the last byte of an answer of so many words, for a meter that needs responseMs. */
  timeoutMs(words: number, responseMs: number): number;
}

export function characterMs(baudRate: number): number {
  return (BITS_PER_CHARACTER * 1000) / baudRate;
}

/** 3.5 characters; 1.75 ms above 19,200 baud. */
export function silenceMs(baudRate: number): number {
  return baudRate > FIXED_SILENCE_ABOVE_BAUD ? FIXED_SILENCE_MS : SILENCE_CHARACTERS * characterMs(baudRate);
}

/**
 * One question and an answer of so many words, the silence before either in it, ms.
 * @param delayMs what the meter takes before it answers
 */
export function transactionMs(baudRate: number, words: number, delayMs = USUAL_ANSWER_DELAY_MS): number {
  const bytes = REQUEST_BYTES + ANSWER_OVERHEAD_BYTES + 2 * words;
  return bytes * characterMs(baudRate) + 2 * silenceMs(baudRate) + delayMs;
}

/**
 * So many registers take the time of one more transaction.
 * @param pauseMs what the meter wants between two of them
 */
export function holeWords(baudRate: number, pauseMs = 0): number {
  const again = transactionMs(baudRate, 0) + pauseMs;
  return Math.floor(again / (2 * characterMs(baudRate)));
}

export function serialTiming(baudRate: number, marginMs = USB_MARGIN_MS): WireTiming {
  return {
    silenceMs: silenceMs(baudRate),
    quietMs: Math.max(QUIET_MS, silenceMs(baudRate)),
    quietLimitMs: QUIET_LIMIT_MS,
    brokenOffMs: Math.max(BROKEN_OFF_MS, 2 * silenceMs(baudRate)),
    timeoutMs: (words, responseMs) =>
      Math.ceil((REQUEST_BYTES + answerBytes(words)) * characterMs(baudRate) + responseMs + marginMs),
  };
}

/** A serial wire behind a converter: the same bytes at the same baud, and a network before it. */
export function serialOverTcpTiming(baudRate: number): WireTiming {
  return serialTiming(baudRate, USB_MARGIN_MS + NETWORK_MARGIN_MS);
}

/** Modbus TCP needs no silence; frames are told apart by their header. */
export const TCP_TIMING: WireTiming = {
  silenceMs: 0,
  quietMs: 0,
  quietLimitMs: 0,
  brokenOffMs: 0,
  timeoutMs: (_words, responseMs) => responseMs + NETWORK_MARGIN_MS,
};
