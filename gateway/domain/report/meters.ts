/** Every channel in its native unit, by the parts of the period; and how far its hours may be believed. */
import { rational } from '../rational.ts';
import { type Context, channelId, marksOf } from './context.ts';
import type { Words } from './factors.ts';
import {
  type Column,
  figureCell,
  microPart,
  plain,
  type Row,
  settled,
  type Table,
  textCell,
  totalRow,
} from './model.ts';
import type { Bucket } from './period.ts';
import { part } from './rounding.ts';
import { type ChannelTallies, type Counted, missingHours, type Tally, wholeOf } from './tallies.ts';
import { bucketLabel, UNIT_WORDS } from './words.ts';

/** Channels beside each other in one table: as many as A4 takes. */
const ABREAST = 7;

function columnOf(channel: ChannelTallies): Column {
  const back = channel.channel === 'energy-export';
  return {
    id: channelId(channel),
    title: back ? { ja: `${channel.name} (逆潮流)`, en: `${channel.name} (export)` } : plain(channel.name),
    unit: UNIT_WORDS[channel.unit].ja,
  };
}

/** Tables of at most {@link ABREAST} channels, in the order of the site file. */
export function meterTables(context: Context): Table[] {
  const { channels, buckets } = context;
  const groups: ChannelTallies[][] = [];
  for (let from = 0; from < channels.length; from += ABREAST)
    groups.push(channels.slice(from, from + ABREAST));
  return groups.map((group, n) => {
    const columns = group.map(columnOf);
    const rowOf = (bucket: Bucket, tallyOf: (channel: ChannelTallies) => Tally | undefined): Row => {
      const cells = group.map((channel) => {
        const tally = tallyOf(channel);
        const { meter, channel: name } = channel;
        const { fromMs, toMs } = bucket;
        return figureCell(
          `meters.${bucket.id}.${channelId(channel)}`,
          microPart(tally?.quantityMicro ?? null, channel.unit),
          { formula: '{0}', of: [{ hours: { meter, channel: name, fromMs, toMs, column: 'quantity' } }] },
          tally ? marksOf(tally) : [],
        );
      });
      return { id: bucket.id, label: bucketLabel(bucket.id), cells };
    };
    const summed = new Set(columns.map(({ id }) => id));
    const parts = buckets.map((bucket, index) => rowOf(bucket, (channel) => channel.buckets[index]));
    const rows = settled(
      parts,
      rowOf(context.before, (channel) => channel.before),
      columns,
      summed,
    );
    const of = groups.length > 1 ? ` (${n + 1}/${groups.length})` : '';
    return {
      id: 'meters',
      title: { ja: `計器別の計量値${of}`, en: `Meters in their own units${of}` },
      columns,
      rows,
      total: totalRow('meters', columns, rows, summed),
      notes: [],
    };
  });
}

function countsWords(counted: Counted, fuels: Context['factors']['fuels']): Words {
  switch (counted.kind) {
    case 'purchased':
      return { ja: '買電', en: 'purchased' };
    case 'own-pv':
      return { ja: '自家発 (太陽光)', en: 'own PV' };
    case 'own-chp':
      return { ja: '自家発 (燃料側で算入)', en: 'own CHP (its fuel counts)' };
    case 'sold':
      return { ja: '売電・逆潮流 (控除しない)', en: 'given back (not deducted)' };
    case 'fuel': {
      const name = fuels.get(counted.fuel)?.name ?? plain(counted.fuel);
      return counted.assumed ? { ja: `${name.ja} (推定した種別)`, en: `${name.en} (assumed)` } : name;
    }
    case 'heat':
      return counted.factor === 'steam-industrial'
        ? { ja: '購入した産業用蒸気', en: 'bought industrial steam' }
        : { ja: '購入した蒸気・温水・冷水', en: 'other bought heat' };
    case 'part':
      return { ja: '内訳 (算入しない)', en: 'part of another' };
    default:
      return { ja: '算入しない', en: 'not counted' };
  }
}

const COVERAGE: readonly Column[] = [
  { id: 'counts', title: { ja: '算入区分', en: 'Counts as' }, unit: '' },
  { id: 'due', title: { ja: '対象', en: 'Due' }, unit: 'h' },
  { id: 'value', title: { ja: '計量済', en: 'With a value' }, unit: 'h' },
  { id: 'missing', title: { ja: '欠測', en: 'Missing' }, unit: 'h' },
  { id: 'before', title: { ja: '計測開始前', en: 'Before it began' }, unit: 'h' },
  { id: 'estimated-hours', title: { ja: '推定', en: 'Estimated' }, unit: 'h' },
  { id: 'estimated', title: { ja: '推定量', en: 'Estimated' }, unit: '' },
  { id: 'coverage', title: { ja: '監視率', en: 'Watched' }, unit: '%' },
];

/** Hours due, missing and estimated of each channel: what the figures rest on. */
export function coverageTable({ channels, factors }: Context): Table {
  const rows = channels.map((channel): Row => {
    const id = channelId(channel);
    const whole = wholeOf(channel.buckets);
    const hours = (column: string, value: number) =>
      figureCell(`coverage.${id}.${column}`, part(rational(BigInt(value)), 'h'), null);
    const due = BigInt(whole.dueHours + whole.beforeHours);
    const watched = due === 0n ? null : rational(whole.coverageMicro * 100n, due * 1_000_000n);
    return {
      id,
      label: plain(channel.channel === 'energy-export' ? `${channel.name} ←` : channel.name),
      cells: [
        textCell(`coverage.${id}.counts`, countsWords(channel.counted, factors.fuels)),
        hours('due', whole.dueHours + whole.beforeHours),
        hours('value', whole.hoursWithValue),
        hours('missing', missingHours(whole)),
        hours('before', whole.beforeHours),
        hours('estimated-hours', whole.estimatedHours),
        figureCell(`coverage.${id}.estimated`, microPart(whole.estimatedMicro, channel.unit), null),
        figureCell(`coverage.${id}.coverage`, part(watched, '%'), null),
      ],
    };
  });
  return {
    id: 'coverage',
    title: { ja: '計量の範囲と欠測', en: 'Coverage: what was measured, estimated and missing' },
    columns: COVERAGE,
    rows,
    total: null,
    notes: [
      {
        ja: '推定: 通信断などの間の総量は指針のとおりで、時間ごとの配分が推定です。欠測: 値がまだ無く、0 とはみなしません。',
        en: 'Estimated: the total over an outage is what the register shows; how it is spread over the hours is estimated. Missing: no value yet, and never taken as 0.',
      },
    ],
  };
}
