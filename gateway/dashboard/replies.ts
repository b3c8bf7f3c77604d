/** Answers that are not 200: a code, and a sentence in the reader's language. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, type FaultCode, faultText, type Language } from '../domain/faults.ts';
import type { ErrorView } from './views.ts';

/** HTTP status of the codes that are not simply "bad request". */
const HTTP_STATUS: Readonly<Partial<Record<FaultCode, number>>> = {
  'meter-unknown': 404,
  'not-found': 404,
  'report-cell-unknown': 404,
  'change-needs-sign-in': 403,
  'change-from-elsewhere': 403,
  'document-older': 409,
  'document-conflict': 409,
  'preview-differs': 409,
  'document-too-large': 413,
  'body-too-large': 413,
  'body-type': 415,
  'host-not-allowed': 421,
  'too-many-requests': 429,
  'internal-error': 500,
  'too-many-viewers': 503,
  'too-many-questions': 503,
  'page-not-built': 503,
  'time-not-known': 503,
  'what-if-too-much': 422,
  'what-if-not-measured': 422,
  'what-if-not-expected': 422,
  'what-if-past-data': 422,
  'what-if-no-coefficient': 422,
  'ledger-full': 503,
  'ledger-io-error': 503,
  'ledger-read-only': 503,
  'ledger-corrupt': 503,
  'ledger-unusable': 503,
};

/** The first of ja and en that Accept-Language names with the highest weight; else the gateway's own. */
export function languageOf(acceptLanguage: string | undefined, fallback: Language): Language {
  let best: { language: Language; weight: number } | null = null;
  for (const part of (acceptLanguage ?? '').slice(0, 200).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const primary = tag.split('-')[0];
    if (primary !== 'ja' && primary !== 'en') continue;
    const quality = parameters
      .map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1])
      .find((text) => text !== undefined);
    const weight = quality === undefined ? 1 : Number(quality);
    if (weight > (best?.weight ?? 0)) best = { language: primary, weight };
  }
  return best?.language ?? fallback;
}

/** Sends the fault; nothing of it may be cached. */
export function replyFault(
  request: FastifyRequest,
  reply: FastifyReply,
  subject: Fault,
  fallback: Language,
): FastifyReply {
  const language = languageOf(request.headers['accept-language'], fallback);
  const body: ErrorView = { code: subject.code, message: faultText(subject, language) };
  return reply
    .code(HTTP_STATUS[subject.code] ?? 400)
    .header('content-language', language)
    .header('cache-control', 'no-store')
    .send(body);
}
