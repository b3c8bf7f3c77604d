/**
 * Every fault the gateway can name, in one place. A fault is data: a code, what it is about, and whether trying
 * again can help. A person sees the sentence of {@link faultText}; docs/faults.md lists the same codes (a test
 * holds the two together). Exceptions are for bugs and for bad input, and carry a fault: {@link CodedError}.
 */
import { FAULT_TEXTS } from './fault-texts.ts';
import type { Language, Said } from './language.ts';
import { quantityName } from './names.ts';

export type FaultCode = keyof typeof FAULT_TEXTS;
export type { Language, Said } from './language.ts';

export interface Fault {
  readonly code: FaultCode;
  /** Whether the same attempt may succeed later without anybody doing something. */
  readonly retryable: boolean;
  /** Fills the {placeholders} of the sentence; never holds a secret. */
  readonly about: Readonly<Record<string, string | number | Said>>;
}

export function fault(code: FaultCode, about: Fault['about'] = {}): Fault {
  return { code, retryable: FAULT_TEXTS[code].retryable, about };
}

/** What fills one {placeholder}, in the reader's language; null where the fault does not say. */
export function aboutText(subject: Fault, key: string, language: Language = 'en'): string | null {
  const part = subject.about[key];
  if (part === undefined) return null;
  if (typeof part === 'object') return part[language];
  return key === 'quantity' ? quantityName(String(part), language) : String(part);
}

/** What happened and what to do, in the reader's language. */
export function faultText(subject: Fault, language: Language = 'en'): string {
  return FAULT_TEXTS[subject.code][language].replace(
    /\{(\w+)\}/g,
    (_, key: string) => aboutText(subject, key, language) ?? '?',
  );
}

/** Bad input or a start that cannot go on: the program says the sentence and ends, or refuses the input whole. */
export class CodedError extends Error {
  readonly fault: Fault;

  constructor(subject: Fault, options?: ErrorOptions) {
    super(`${subject.code}: ${faultText(subject)}`, options);
    this.name = 'CodedError';
    this.fault = subject;
  }
}
