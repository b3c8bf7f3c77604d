/** From the bytes of a coefficient document to its text, and the faults that name a place in it. */
import { CodedError, fault, type Said } from '../gateway/domain/faults.ts';
import { FILE_START, type Place } from './places.ts';

/** A year of one area takes some kilobytes; larger input is not read. */
export const MAX_DOCUMENT_BYTES = 1_000_000;

/** Of a text that decodes as neither. */
export const NO_ENCODING: Said = {
  en: 'the text is neither UTF-8 nor Shift_JIS',
  ja: '文字コードが UTF-8 でも Shift_JIS でもありません',
};

export function whereText({ line, column }: Place): Said {
  return { en: `line ${line}, column ${column}`, ja: `${line} 行 ${column} 列` };
}

export function refuse(
  code: 'document-unreadable' | 'document-invalid',
  source: string,
  place: Place,
  reason: Said,
): CodedError {
  return new CodedError(fault(code, { source, where: whereText(place), reason }));
}

/** A page that a server, a proxy or a sign-in puts in the place of the document. */
const WEB_PAGE = /^\s*<(?:!doctype|html|\?xml|head|body|script|meta)/i;

/**
 * Strict UTF-8, with or without a byte order mark; for CSV also Shift_JIS, which Excel writes in Japan.
 * @throws CodedError document-too-large, document-unreadable
 */
export function documentText(bytes: Uint8Array, source: string): string {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES)
    throw new CodedError(fault('document-too-large', { source, limitBytes: MAX_DOCUMENT_BYTES }));
  const text = decoded(bytes, source);
  if (WEB_PAGE.test(text))
    throw refuse('document-unreadable', source, FILE_START, {
      en: 'this is a web page, not a document',
      ja: '文書ではなく Web ページです',
    });
  return text;
}

function decoded(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8. JSON must be (RFC 8259); what begins like JSON is not guessed at.
    if (bytes[0] === 0x7b)
      throw refuse('document-unreadable', source, FILE_START, {
        en: 'a JSON document must be UTF-8',
        ja: 'JSON の文書は UTF-8 でなければなりません',
      });
  }
  try {
    return new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('document-unreadable', source, FILE_START, NO_ENCODING);
  }
}
