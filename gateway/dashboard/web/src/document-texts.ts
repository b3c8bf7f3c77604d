/** Words of the coefficient documents and their sources, in both languages. */
import { computed } from '@preact/signals';
import { language } from './state.ts';
import type { Language } from './texts.ts';

const ja = {
  title: '係数文書と取得元',
  until: (date: string) => `${date} まで確定`,
  stale: (date: string) => `${date} 以降は未確定`,
  none: '確定した時間はまだありません',
  sources: '取得元',
  noSources: '設定ファイルに取得元がありません。下から手で取り込めます。',
  never: '未取得',
  asked: (when: string) => `${when} に確認`,
  outcome: {
    applied: '適用',
    same: '適用済みと同じ',
    stored: '保存 (表示のみ)',
    refused: '拒否',
    'not-modified': '更新なし',
    failed: '取得失敗',
    waiting: '処理待ち',
  } as Readonly<Record<string, string>>,
  received: '最近届いたもの',
  margins: '広域予備率 (OCCTO、各日の最小値。未検証・表示のみ)',
  lowest: (percent: string, until: string) => `${percent} % (${until} までの 30 分)`,
  choose: '文書を取り込む…',
  hint: 'JSON または CSV。適用する前に、変わる日と時間を表示します。',
  looking: '確認しています…',
  what: (name: string, revision: number, area: string) => `${name} 改訂 ${revision} (${area})`,
  arrival: { new: '新しい文書', replaces: '前の改訂と置き換え', same: '適用中のものと同じ' } as Readonly<
    Record<string, string>
  >,
  elsewhere: '別のエリアの文書です。保存しますが、この事業所には適用されません。',
  noEnd: 'end 行がないため、末尾の行が欠けていても判別できません。元の文書と照合してください。',
  nothing: '変わる時間はありません。',
  days: (count: number) => `${count} 日が変わります`,
  more: (count: number) => `ほか ${count} 日`,
  unconfirmed: '未確定',
  apply: '適用する',
  store: '保存する',
  cancel: 'やめる',
  applied: (hours: number) => `適用しました。${hours} 時間分を再計算します。`,
  stored: '保存しました。',
  failed: '送信できませんでした。もう一度試してください。',
};

export type DocumentTexts = typeof ja;

const en: DocumentTexts = {
  title: 'Coefficient documents and sources',
  until: (date) => `confirmed until ${date}`,
  stale: (date) => `unconfirmed from ${date}`,
  none: 'no hour was ever confirmed',
  sources: 'Sources',
  noSources: 'The site file names no source. A document can be brought by hand below.',
  never: 'not asked yet',
  asked: (when) => `asked ${when}`,
  outcome: {
    applied: 'applied',
    same: 'in force already',
    stored: 'stored (shown only)',
    refused: 'refused',
    'not-modified': 'nothing new',
    failed: 'gave nothing',
    waiting: 'waiting',
  },
  received: 'What came last',
  margins: 'Reserve margins (OCCTO, lowest of each day; not verified, shown only)',
  lowest: (percent, until) => `${percent} % (half-hour until ${until})`,
  choose: 'Bring a document…',
  hint: 'JSON or CSV. Before anything is applied you see which days and hours would change.',
  looking: 'Looking…',
  what: (name, revision, area) => `${name} revision ${revision} (${area})`,
  arrival: {
    new: 'a new document',
    replaces: 'takes the place of the revision before',
    same: 'in force already',
  },
  elsewhere: 'It is for another grid area: it is kept and changes nothing here.',
  noEnd:
    'It has no end record: if lines are missing at its end, nobody can tell. Compare it with its source.',
  nothing: 'No hour would change.',
  days: (count) => `${count} day${count === 1 ? '' : 's'} would change`,
  more: (count) => `and ${count} more`,
  unconfirmed: 'unconfirmed',
  apply: 'Apply',
  store: 'Store',
  cancel: 'Cancel',
  applied: (hours) => `Applied. ${hours} hours are weighed again.`,
  stored: 'Stored.',
  failed: 'It could not be sent. Try again.',
};

const TEXTS: Readonly<Record<Language, DocumentTexts>> = { ja, en };
export const documentTexts = computed(() => TEXTS[language.value]);
