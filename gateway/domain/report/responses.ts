/**
 * Days of demand response (特定第2表1-3): several in one day count once; raising demand (上げDR) while supply is tight
 * and lowering it (下げDR) during curtailment do not count. Confidence M: shown as not verified.
 */
import type { CoefficientClass } from '../coefficients/types.ts';
import { rational } from '../rational.ts';
import type { Context, ResponseHours } from './context.ts';
import type { Words } from './factors.ts';
import { type Cell, type Column, figureCell, plain, type Row, type Table, textCell } from './model.ts';
import { part } from './rounding.ts';

const COLUMNS: readonly Column[] = [
  { id: 'direction', title: { ja: '区分', en: 'Kind' }, unit: '' },
  { id: 'hours', title: { ja: '時間', en: 'Hours' }, unit: '' },
  { id: 'counts', title: { ja: '算入', en: 'Counts' }, unit: '' },
  { id: 'days', title: { ja: '日数', en: 'Days' }, unit: '' },
];

/** Whether an hour of demand response counts. */
export function countsInHour(direction: 'up' | 'down', name: CoefficientClass): boolean {
  return direction === 'up' ? name !== 'tight' : name !== 'curtailment';
}

/** Whether any of its hours counts. */
export function responseCounts({ entry, classes }: ResponseHours): boolean {
  return classes.some((name) => countsInHour(entry.entry.direction, name));
}

/** Dates on which something counts, each once, in order. */
export function responseDays(responses: readonly ResponseHours[]): readonly string[] {
  return [...new Set(responses.filter(responseCounts).map(({ entry }) => entry.entry.date))].toSorted();
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
const DIRECTION: Readonly<Record<'up' | 'down', Words>> = {
  up: { ja: '上げDR', en: 'up' },
  down: { ja: '下げDR', en: 'down' },
};

function reason(response: ResponseHours, counted: boolean, first: boolean): Words {
  if (!counted)
    return response.entry.entry.direction === 'up'
      ? { ja: '逼迫時の上げDRは対象外', en: 'no: up while supply is tight' }
      : { ja: '出力制御時の下げDRは対象外', en: 'no: down during curtailment' };
  return first ? { ja: '算入', en: 'yes' } : { ja: '同日のため 1 日', en: 'same day, counted once' };
}

/** Null for a day, and where nothing was entered. */
export function responseTable(context: Context): Table | null {
  const { responses, period } = context;
  if (period.kind === 'day' || responses.length === 0) return null;
  const seen = new Set<string>();
  const rows = responses.map((response, n): Row => {
    const { entry } = response.entry;
    const counted = responseCounts(response);
    const first = counted && !seen.has(entry.date);
    if (counted) seen.add(entry.date);
    const id = `${entry.date}-${n + 1}`;
    const cell = (column: string, text: Words): Cell =>
      textCell(`responses.${id}.${column}`, text, {
        formula: '{0}',
        of: [{ entry: response.entry.no, text: response.classes.join(' ') }],
      });
    return {
      id,
      label: plain(entry.date),
      cells: [
        cell('direction', DIRECTION[entry.direction]),
        cell('hours', plain(`${clock(entry.fromHour)}–${clock(entry.toHour)}`)),
        cell('counts', reason(response, counted, first)),
        figureCell(`responses.${id}.days`, part(rational(first ? 1n : 0n), 'days'), null, ['entered']),
      ],
    };
  });
  const days = responseDays(responses);
  const of = rows.map(({ id }) => ({ cell: `responses.${id}.days` }));
  const sum = figureCell(
    'responses.total.days',
    part(rational(BigInt(days.length)), 'days'),
    { formula: 'Σ', of },
    ['unverified', 'entered'],
  );
  const empty = (column: string) => textCell(`responses.total.${column}`, plain(''));
  return {
    id: 'responses',
    title: { ja: 'DR 実施日数', en: 'Days of demand response' },
    columns: COLUMNS,
    rows,
    total: {
      id: 'total',
      label: { ja: '計', en: 'Total' },
      cells: [empty('direction'), empty('hours'), empty('counts'), sum],
    },
    notes: [],
  };
}
