/** A line of the log as somebody reads it who started the gateway by hand. */
import { FAULT_TEXTS } from '../domain/fault-texts.ts';
import { type Fault, faultText, type Language } from '../domain/faults.ts';

/** pino's levels: 30 info, 40 warn, 50 error. */
const WARN = 40;
const ERROR = 50;

const MARKS: Readonly<Record<Language, { readonly warn: string; readonly error: string }>> = {
  en: { warn: 'warning: ', error: 'FAULT: ' },
  ja: { warn: '注意: ', error: '異常: ' },
};

const two = (value: number): string => String(value).padStart(2, '0');

/** The clock on the wall beside the terminal. */
function wallTime(iso: unknown): string {
  const at = new Date(String(iso));
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null || !('code' in value)) return false;
  return typeof value.code === 'string' && Object.hasOwn(FAULT_TEXTS, value.code);
}

const printed = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * @param json one line of pino's
 * @returns the time, what happened and about what; below it the sentence of its fault. Ends with a line feed.
 */
export function terminalLine(json: string, language: Language): string {
  const { level, time, msg, fault, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const marks = MARKS[language];
  const mark = Number(level) >= ERROR ? marks.error : Number(level) >= WARN ? marks.warn : '';
  const about = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}=${printed(value)}`);
  const sentence = isFault(fault) ? `\n         ${fault.code}: ${faultText(fault, language)}` : '';
  return `${wallTime(time)} ${mark}${typeof msg === 'string' ? msg : ''}${about.join('')}${sentence}\n`;
}
