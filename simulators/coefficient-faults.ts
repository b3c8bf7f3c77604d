/** What can go wrong with a download, by name. */
import type { ServerResponse } from 'node:http';

/**
 * `slow`: headers at once, then a byte every 100 ms after settings.slowMs; `drip`: a byte every 100 ms from the
 * beginning; `truncated`: half of the announced length, then the connection ends; `wrong-length`: announces 50 bytes
 * less than it sends; `cut-at-a-line`: the last line is missing and the length agrees; `wrong-encoding`: UTF-16 that
 * says it is UTF-8; `web-page`: a sign-in page with status 200; `unasked-304`: 304 whatever was asked; `server-error`:
 * 500; `too-many`: 429 with Retry-After settings.retryAfter; `redirect`: 302 to the same document elsewhere;
 * `oversized`: settings.oversizedBytes of document-like text without a length; `older-revision`: one less than it was;
 * `other-contents`: the same revision with another source; `wrong-certificate` (HTTPS): signed by a CA nobody knows;
 * `expired-certificate` (HTTPS): of the right CA, and its time is over. Certificates are for new connections (the open
 * ones are ended).
 */
export const COEFFICIENT_FAULTS = [
  'slow',
  'drip',
  'truncated',
  'wrong-length',
  'cut-at-a-line',
  'wrong-encoding',
  'web-page',
  'unasked-304',
  'server-error',
  'too-many',
  'redirect',
  'oversized',
  'older-revision',
  'other-contents',
  'wrong-certificate',
  'expired-certificate',
] as const;
export type CoefficientFault = (typeof COEFFICIENT_FAULTS)[number];

export interface CoefficientFaultSettings {
  slowMs: number;
  oversizedBytes: number;
  /** As the header has it: seconds, or a date. */
  retryAfter: string;
}

const SLOW_STEP_MS = 100;
const OVERSIZED_PIECE_BYTES = 65_536;
const MISSING_BYTES = 50;
const WEB_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n';

/** Faults that answer without the document. @returns the status, null for every other fault */
export function refuseInstead(
  response: ServerResponse,
  fault: CoefficientFault | null,
  settings: CoefficientFaultSettings,
): number | null {
  const end = (status: number, headers: Record<string, string>, text: string): number => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(text);
    return status;
  };
  switch (fault) {
    case 'server-error':
      return end(500, {}, 'the simulator was told to fail\n');
    case 'too-many':
      return end(429, { 'retry-after': settings.retryAfter }, 'too many requests\n');
    case 'redirect':
      return end(302, { location: '/elsewhere.json' }, 'it has moved\n');
    case 'unasked-304':
      response.writeHead(304).end();
      return 304;
    default:
      return null;
  }
}

/** The document as a careless publisher would have it, for the faults that lie in its contents. */
function published(bytes: Uint8Array, fault: CoefficientFault | null): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const changed = (to: string): Uint8Array => Buffer.from(to, 'utf8');
  switch (fault) {
    case 'cut-at-a-line':
      return changed(text.replace(/[^\n]*\n?$/, '').replace(/[^\n]+\n$/, ''));
    case 'wrong-encoding':
      return Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
    case 'web-page':
      return changed(WEB_PAGE);
    case 'older-revision':
      return changed(
        text.replace(/(revision"?[:,]\s*)(\d+)/, (_, key, number) => `${key}${Number(number) - 1}`),
      );
    case 'other-contents':
      return changed(text.replace(/(source"?[:,]\s*"?)/, '$1other '));
    default:
      return bytes;
  }
}

/** Sends the document, spoiled by the fault. Certificates are not decided here. */
export function sendDocument(
  response: ServerResponse,
  headers: Record<string, string>,
  whole: Uint8Array,
  fault: CoefficientFault | null,
  settings: CoefficientFaultSettings,
): void {
  const bytes = published(whole, fault);
  switch (fault) {
    case 'slow':
      sendSlowly(response, headers, bytes, settings.slowMs);
      return;
    case 'drip':
      sendSlowly(response, headers, bytes, 0);
      return;
    case 'truncated':
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
      return;
    case 'wrong-length':
      // Node will not send more than it announces, so this is written past it.
      response.socket?.end(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 200 OK\r\nContent-Length: ${Math.max(1, bytes.length - MISSING_BYTES)}\r\n\r\n`,
          ),
          bytes,
        ]),
      );
      return;
    case 'oversized':
      sendTooMuch(response, headers, settings.oversizedBytes);
      return;
    default:
      response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
  }
}

function sendSlowly(
  response: ServerResponse,
  headers: Record<string, string>,
  bytes: Uint8Array,
  slowMs: number,
): void {
  response.writeHead(200, { ...headers, 'content-length': bytes.length });
  response.flushHeaders();
  const begin = performance.now() + slowMs;
  let sent = 0;
  const timer = setInterval(() => {
    if (performance.now() < begin) return;
    response.write(bytes.subarray(sent, sent + 1));
    sent++;
    if (sent >= bytes.length) {
      response.end();
      clearInterval(timer);
    }
  }, SLOW_STEP_MS);
  response.on('close', () => clearInterval(timer));
}

/** Blanks after an opening brace: valid JSON so far, whatever the size. Stops when the client goes away. */
function sendTooMuch(response: ServerResponse, headers: Record<string, string>, totalBytes: number): void {
  response.writeHead(200, headers);
  response.write('{');
  const piece = Buffer.alloc(OVERSIZED_PIECE_BYTES, ' ');
  let sent = 1;
  const pump = (): void => {
    while (!response.destroyed && sent < totalBytes) {
      sent += piece.length;
      if (!response.write(piece)) {
        response.once('drain', pump);
        return;
      }
    }
    if (!response.destroyed) response.end('}');
  };
  pump();
}
