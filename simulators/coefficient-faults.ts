/** What can go wrong with a download, by name. */
import type { ServerResponse } from 'node:http';

/**
 * `slow`: headers at once, then a byte every 100 ms after settings.slowMs; `truncated`: half of the announced
 * length, then the connection ends; `wrong-encoding`: UTF-16 that says it is UTF-8; `server-error`: 500;
 * `oversized`: settings.oversizedBytes of document-like text without a length; `wrong-certificate` (HTTPS): signed
 * by a CA nobody knows, for new connections (the open ones are ended).
 */
export type CoefficientFault =
  | 'slow'
  | 'truncated'
  | 'wrong-encoding'
  | 'server-error'
  | 'oversized'
  | 'wrong-certificate';

export interface CoefficientFaultSettings {
  slowMs: number;
  oversizedBytes: number;
}

const SLOW_STEP_MS = 100;
const OVERSIZED_PIECE_BYTES = 65_536;

/** Sends the document, spoiled by the fault. `server-error` and `wrong-certificate` are not decided here. */
export function sendDocument(
  response: ServerResponse,
  headers: Record<string, string>,
  bytes: Uint8Array,
  fault: CoefficientFault | null,
  settings: CoefficientFaultSettings,
): void {
  switch (fault) {
    case 'slow':
      sendSlowly(response, headers, bytes, settings.slowMs);
      return;
    case 'truncated':
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
      return;
    case 'wrong-encoding': {
      const text = Buffer.from(bytes).toString('utf8');
      const wrong = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
      response.writeHead(200, { ...headers, 'content-length': wrong.length }).end(wrong);
      return;
    }
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
