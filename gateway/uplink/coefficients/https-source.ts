/**
 * Downloads a coefficient document by HTTPS. node:https is used rather than fetch because fetch takes no CA file.
 * Every try makes one connection and ends within its time limit; what is not whole is not handed on.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Fault, fault } from '../../domain/faults.ts';
import type { CoefficientSource, SourceAnswer } from '../../domain/ports.ts';
import { retryAfterMsOf } from './retry-after.ts';

export interface HttpsSourceOptions {
  /** https://…, or http://… of this machine (the loader of the site file sees to that). */
  readonly url: string;
  /** PEM of the only authorities to trust; null for those of Node. */
  readonly caFile: string | null;
  /** For the whole of one try, from looking up the name to the last byte, ms. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

type Outcome = SourceAnswer;

/** A longer validator is not kept: the next try fetches the document again. */
const MAX_ETAG_LENGTH = 256;

/** What may be printed of an address: a query may hold a token. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** Two addresses that differ in their query only are two sources. */
export function nameOfUrl(url: string): string {
  const { search } = new URL(url);
  const query =
    search === '' ? '' : ` (query ${createHash('sha256').update(search).digest('hex').slice(0, 8)})`;
  return `${shown(url)}${query}`;
}

function failed(url: string, reason: string): Outcome {
  return { kind: 'fault', fault: fault('download-failed', { source: shown(url), reason }) };
}

function tooLarge({ url, maxBytes }: HttpsSourceOptions): Fault {
  return fault('document-too-large', { source: shown(url), limitBytes: maxBytes });
}

/** Marks a validator that is a date, and not an entity tag. */
const SINCE = 'since ';

function validatorOf(response: IncomingMessage): string | null {
  const { etag, 'last-modified': modified } = response.headers;
  if (etag !== undefined && etag.length <= MAX_ETAG_LENGTH && /^(W\/)?"[\x21\x23-\x7e]*"$/.test(etag))
    return etag;
  return modified !== undefined && /^[A-Za-z0-9 ,:]{20,40}$/.test(modified) ? `${SINCE}${modified}` : null;
}

function conditionOf(validator: string | null): Record<string, string> {
  if (validator === null) return {};
  return validator.startsWith(SINCE)
    ? { 'if-modified-since': validator.slice(SINCE.length) }
    : { 'if-none-match': validator };
}

/** @returns why the answer's head alone refuses it */
function headFault(response: IncomingMessage, options: HttpsSourceOptions): Fault | null {
  const { statusCode = 0, headers } = response;
  const say = (reason: string): Fault => fault('download-failed', { source: shown(options.url), reason });
  if (statusCode >= 300 && statusCode < 400)
    return say(`the server answered ${statusCode}: redirects are not followed, write the final address`);
  if (statusCode !== 200) return say(`the server answered ${statusCode}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return say(`the answer is encoded (${encoding}) although that was not asked for`);
  // Without either, an answer that was cut off cannot be told from a whole one.
  const chunked = headers['transfer-encoding']?.endsWith('chunked') ?? false;
  if (headers['content-length'] === undefined && !chunked)
    return say('the answer does not say how long it is');
  const announced = Number(headers['content-length'] ?? 0);
  return announced > options.maxBytes ? tooLarge(options) : null;
}

/** Collects the body. Settles once: with the document, or with the reason why it is not whole. */
function receive(
  response: IncomingMessage,
  options: HttpsSourceOptions,
  settle: (outcome: Outcome) => void,
): void {
  const refused = headFault(response, options);
  if (refused) {
    const retryAfterMs = retryAfterMsOf(response.headers, Date.now());
    settle({ kind: 'fault', fault: refused, ...(retryAfterMs === null ? {} : { retryAfterMs }) });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > options.maxBytes) settle({ kind: 'fault', fault: tooLarge(options) });
    else chunks.push(chunk);
  });
  response.on('error', (error) =>
    settle(failed(options.url, `the answer broke off after ${size} bytes (${error.message})`)),
  );
  response.on('close', () => settle(failed(options.url, `the answer broke off after ${size} bytes`)));
  response.on('end', () => {
    // Node ends a short answer with an error of its own; this asserts that nothing incomplete gets past it.
    const announced = response.headers['content-length'];
    if (!response.complete || (announced !== undefined && Number(announced) !== size)) {
      settle(failed(options.url, `the answer has ${size} of ${announced ?? 'an unknown number of'} bytes`));
    } else if (size === 0) settle(failed(options.url, 'the answer is empty'));
    else
      settle({
        kind: 'document',
        document: { bytes: Buffer.concat(chunks), source: shown(options.url), etag: validatorOf(response) },
      });
  });
}

/** What Node says of a certificate names no certificate. */
function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return code === 'CERT_HAS_EXPIRED' ? "the server's certificate has expired" : error.message;
}

function attempt(options: HttpsSourceOptions, ca: string | null, etag: string | null): Promise<Outcome> {
  const { url, timeoutMs } = options;
  return new Promise((resolve) => {
    const headers: Record<string, string> = {
      accept: 'application/json, text/csv',
      'accept-encoding': 'identity',
      ...conditionOf(etag),
    };
    // A connection of its own, so that nothing stays open between two tries.
    const settings = { agent: false, headers, ...(ca === null ? {} : { ca }) } as const;
    let deadline: NodeJS.Timeout | undefined;
    const settle = (outcome: Outcome): void => {
      clearTimeout(deadline);
      resolve(outcome);
      request.destroy();
    };
    const request =
      new URL(url).protocol === 'https:' ? httpsRequest(url, settings) : httpRequest(url, settings);
    deadline = setTimeout(() => settle(failed(url, `no complete answer within ${timeoutMs} ms`)), timeoutMs);
    request.on('error', (error) => settle(failed(url, reasonOf(error))));
    request.on('response', (response) => {
      if (response.statusCode !== 304) receive(response, options, settle);
      else
        settle(
          etag === null
            ? failed(url, 'the server answered 304 although nothing is known yet')
            : { kind: 'not-modified' },
        );
    });
    request.end();
  });
}

/**
 * A source that asks one address. Faults: `download-failed` (retryable: no answer, a wrong status, a redirect, a
 * certificate that is not trusted, an answer that is not whole) and `document-too-large`. Nothing is ever thrown.
 */
export function httpsSource(options: HttpsSourceOptions): CoefficientSource {
  return {
    name: nameOfUrl(options.url),
    kind: 'https',
    async fetch({ etag }) {
      let ca: string | null = null;
      try {
        // Read anew each time: a renewed CA needs no restart.
        if (options.caFile !== null) ca = await readFile(options.caFile, 'utf8');
        return await attempt(options, ca, etag);
      } catch (error) {
        // An unreadable CA file, or an address or validator that Node refuses before connecting.
        return failed(options.url, error instanceof Error ? error.message : String(error));
      }
    },
  };
}
