/** The print of `hakaru explain` as headed blocks of labelled lines, by the labels that a reader sees. */
const LABELS = {
  en: {
    era: 'era',
    boundary: 'boundary',
    dials: 'dial',
    slot: 'slot',
    hour: 'hour',
    coefficient: 'coefficient',
    message: 'message',
    previous: 'previous',
    opening: 'opening',
    passed: 'passed',
    base: 'base',
    end: 'end',
    before: 'before',
    after: 'after',
    total: 'total',
    register: 'register',
    bound: 'bound',
    unseen: 'unseen',
    fill: 'fill',
    quantity: 'quantity',
    demand: 'demand',
    coverage: 'coverage',
    unwatched: 'unwatched',
    quality: 'quality',
    registers: 'registers',
    kwh: 'kWh',
    value: 'value',
    mj: 'mj',
  },
  ja: {
    era: '期間',
    boundary: '定時',
    dials: '指針値',
    slot: '時限',
    hour: '時間',
    coefficient: '係数',
    message: '通知',
    previous: '直前',
    opening: '開始',
    passed: '通過量',
    base: '開始累計',
    end: '上限',
    before: '前',
    after: '後',
    total: '累計',
    register: '積算値',
    bound: '範囲',
    unseen: '未計数',
    fill: '配分',
    quantity: '使用量',
    demand: '需要電力',
    coverage: '監視率',
    unwatched: '監視なし',
    quality: '品質',
    registers: '積算値',
    kwh: 'kWh',
    value: '値',
    mj: 'MJ',
  },
} as const;

export type Reader = keyof typeof LABELS;
type Label = keyof (typeof LABELS)['en'];

export interface Block {
  readonly heading: string;
  /** Every field of that label, each with its lines. */
  fields(label: Label): string[][];
  field(label: Label): string[];
  /** Fields labelled with a time of day: half-hours with factors of their own. */
  halves(): string[][];
}

function blockOf(text: string, reader: Reader): Block {
  const [heading = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const all: { label: string; lines: string[] }[] = [];
  for (const line of rest) {
    const found = /^ {4}(\S+) +(.*)$/.exec(line);
    if (found && !line.startsWith('     ')) all.push({ label: found[1] ?? '', lines: [found[2] ?? ''] });
    else all.at(-1)?.lines.push(line.trim());
  }
  const fields = (label: Label) =>
    all.filter((each) => each.label === LABELS[reader][label]).map(({ lines }) => lines);
  return {
    heading: heading.trim(),
    fields,
    halves: () => all.filter(({ label }) => /^\d\d:\d\d$/.test(label)).map(({ lines }) => lines),
    field(label) {
      const [lines] = fields(label);
      if (!lines) throw new Error(`no ${label} in\n${text}`);
      return lines;
    },
  };
}

export interface Page {
  readonly head: string;
  blocks(label: Label): Block[];
}

export function pageOf(print: string, reader: Reader): Page {
  const [head = '', ...rest] = print.split('\n\n');
  const blocks = rest.map((text) => blockOf(text, reader));
  return {
    head,
    blocks: (label) => blocks.filter(({ heading }) => heading.split(' ')[0] === LABELS[reader][label]),
  };
}

/** All of the print that is not words: the same in every language. */
export function numbers(print: string): string[] {
  return print.match(/[-+]?\d[\d.:T+/-]*/g) ?? [];
}
