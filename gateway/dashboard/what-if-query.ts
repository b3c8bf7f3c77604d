/** Moved load as people and programs write it, checked before anything is done with it. */
import { z } from 'zod';
import { MAX_MOVES, MAX_STRETCH_HOURS, type Move, type Stretch } from '../domain/ahead/what-if.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { parseDecimal, toMicro } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, instant } from '../domain/time.ts';
import { isDate, localHour, localIso, siteDay } from './site-day.ts';

/** The most kWh that one move may be about: more than any site has in a day. */
const MAX_KWH = 1e9;
const SHAPE =
  '?move=100,2026-11-22T18:00/20:00,2026-11-22T10:00 / {"moves":[{"kWh":100,"from":"2026-11-22T18:00","to":"2026-11-22T10:00"}]}';
const HOUR_SHAPE = '2026-11-22T18:00, 2026-11-22T18:00/20:00';

const text = z.string().max(80);
const body = z.strictObject({
  moves: z
    .array(z.strictObject({ kWh: z.number().positive().max(MAX_KWH), from: text, to: text }))
    .min(1)
    .max(MAX_MOVES),
});
const query = z.strictObject({
  move: z.union([z.string().max(200), z.array(z.string().max(200)).max(MAX_MOVES)]),
});

function invalid(field: string, reason: string): never {
  throw new CodedError(fault('query-invalid', { field, reason }));
}

const LOCAL = /^(\d{4}-\d{2}-\d{2})T(\d{2}):00(?::00)?$/;
const ABSOLUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

/** The start of an hour of the site; null when the text is none. 24:00 is the end of its date. */
function hourAt(written: string, zone: string): EpochMs | null {
  if (ABSOLUTE.test(written)) {
    const ms = Date.parse(written);
    if (Number.isNaN(ms)) return null;
    return localHour(instant(ms), zone) === ms ? instant(ms) : null;
  }
  const [, date = '', hour = ''] = LOCAL.exec(written) ?? [];
  if (!isDate(date)) return null;
  const { hourStarts, endMs } = siteDay(date, zone);
  if (hour === '24') return endMs;
  return hourStarts.find((at) => localIso(at, zone).slice(11, 13) === hour) ?? null;
}

/** "…T18:00" is one hour, "…T18:00/20:00" and "…/…" are several. @throws CodedError query-invalid */
function stretch(field: string, written: string, zone: string): Stretch {
  const [first = '', last, ...more] = written.split('/');
  const fromMs = hourAt(first, zone);
  const end = last !== undefined && /^\d{2}:\d{2}$/.test(last) ? `${first.slice(0, 10)}T${last}` : last;
  const toMs = fromMs === null ? null : end === undefined ? instant(fromMs + HOUR_MS) : hourAt(end, zone);
  if (fromMs === null || toMs === null || toMs <= fromMs || more.length > 0)
    return invalid(field, `${written} (${HOUR_SHAPE})`);
  if (toMs - fromMs > MAX_STRETCH_HOURS * HOUR_MS) return invalid(field, `> ${MAX_STRETCH_HOURS} h`);
  return { fromMs, toMs };
}

interface Written {
  readonly kWh: string;
  readonly from: string;
  readonly to: string;
}

function moveOf({ kWh, from, to }: Written, zone: string): Move {
  const value = parseDecimal(kWh);
  const microKwh = value ? toMicro(value) : 0n;
  if (microKwh <= 0n || Number(kWh) > MAX_KWH) return invalid('kWh', kWh.slice(0, 40));
  return { microKwh, from: stretch('from', from, zone), to: stretch('to', to, zone) };
}

/** Of a POST. @throws CodedError query-invalid */
export function movesOfBody(written: unknown, zone: string): Move[] {
  const parsed = body.safeParse(written);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') ?? '';
    return invalid(at === '' ? 'moves' : at.slice(0, 60), SHAPE);
  }
  return parsed.data.moves.map((move) => moveOf({ ...move, kWh: String(move.kWh) }, zone));
}

/** Of a GET: each `move` is kWh, from, to. @throws CodedError query-invalid */
export function movesOfQuery(written: unknown, zone: string): Move[] {
  const parsed = query.safeParse(written);
  if (!parsed.success) return invalid('move', SHAPE);
  return [parsed.data.move].flat().map((move) => {
    const [kWh = '', from = '', to = '', ...more] = move.split(',');
    if (more.length > 0) return invalid('move', SHAPE);
    return moveOf({ kWh, from, to }, zone);
  });
}
