/** A demand alarm as people and machines outside hear of it: plain data, kept as a row until it is delivered. */
import type { Language, Said } from '../faults.ts';
import { formatMicro } from '../rational.ts';
import type { AlarmChange } from './levels.ts';
import type { DemandNow } from './period.ts';
import { DEMAND_LEVELS, type DemandLevel, type DemandPlan } from './plan.ts';

/** Every page and report carries it. */
export const PURPOSE: Said = {
  ja: '管理用。取引・証明には使用できません。',
  en: 'For management only; not for billing or certification.',
};

export interface DemandNotice {
  readonly v: 1;
  readonly site: string;
  readonly siteName: string;
  readonly gateway: string;
  /** `raised`: to `level`; `eased`: to a lower one; `over`: nothing is left of it. */
  readonly kind: AlarmChange['kind'];
  readonly level: DemandLevel | null;
  readonly before: DemandLevel | null;
  /** Higher than anything before in this period. */
  readonly isNew: boolean;
  readonly demand: string;
  readonly name: string;
  readonly at: string;
  readonly period: { readonly start: string; readonly end: string };
  readonly unit: string;
  /** Decimals as text, so that none is rounded on its way. */
  readonly predicted: string | null;
  readonly now: string | null;
  readonly target: string;
  readonly contract: string | null;
  readonly shed: string | null;
  readonly holdable: boolean | null;
}

export interface NoticeFrom {
  readonly site: string;
  readonly siteName: string;
  readonly gateway: string;
  readonly iso: (atMs: number) => string;
}

export function demandNotice(
  plan: DemandPlan,
  change: AlarmChange,
  now: DemandNow,
  atMs: number,
  from: NoticeFrom,
): DemandNotice {
  // What ended with its period has no figures of the next one.
  const isOther = change.periodMs !== now.startMs;
  const shown = (micro: bigint | null): string | null =>
    isOther || micro === null ? null : formatMicro(micro);
  return {
    v: 1,
    site: from.site,
    siteName: from.siteName,
    gateway: from.gateway,
    kind: change.kind,
    level: change.level,
    before: change.before,
    isNew: change.isNew,
    demand: plan.id,
    name: plan.name,
    at: from.iso(atMs),
    period: { start: from.iso(change.periodMs), end: from.iso(change.periodMs + plan.periodMs) },
    unit: plan.demandUnit,
    predicted: shown(now.predictedMicro),
    now: shown(now.nowMicro),
    target: formatMicro(plan.targetMicro),
    contract: plan.contractMicro === null ? null : formatMicro(plan.contractMicro),
    shed: shown(now.shedMicro),
    holdable: isOther ? null : now.holdable,
  };
}

const LEVEL_NAMES: Readonly<Record<DemandLevel, Said>> = {
  caution: { ja: '注意', en: 'caution' },
  warning: { ja: '警報', en: 'warning' },
  limit: { ja: '限界', en: 'limit' },
};

export function levelName(level: DemandLevel, language: Language): string {
  return LEVEL_NAMES[level][language];
}

/** At least as high as another. */
export function reaches(level: DemandLevel | null, least: DemandLevel): boolean {
  return level !== null && DEMAND_LEVELS.indexOf(level) >= DEMAND_LEVELS.indexOf(least);
}

const clock = (iso: string): string => iso.slice(11, 16);
const cut = (text: string | null): string => text?.replace(/(\.\d)\d+$/, '$1') ?? '—';
const unitOf = (unit: string): string => unit.replace('m3', 'm³');

function raised(notice: DemandNotice, level: DemandLevel, language: Language): string {
  const { period, target, predicted, now, shed, name, holdable } = notice;
  const unit = unitOf(notice.unit);
  const span = `${clock(period.start)}–${clock(period.end)}`;
  const reach = levelName(level, language);
  const isLost = holdable === false;
  if (language === 'ja') {
    const todo = isLost
      ? '全負荷を止めても目標を守れません。'
      : shed !== null && shed !== '0'
        ? `今から ${cut(shed)} ${unit} を減らせば目標に収まります。`
        : '';
    return `デマンド${reach}: ${name} ${span} の予測 ${cut(predicted)} ${unit}、目標 ${cut(target)} ${unit}、ここまで ${cut(now)} ${unit}。${todo}`;
  }
  const todo = isLost
    ? ' Not even switching everything off keeps the target.'
    : shed !== null && shed !== '0'
      ? ` Switching off ${cut(shed)} ${unit} from now on keeps the target.`
      : '';
  return `Demand ${reach}: ${name} ${span} will come to ${cut(predicted)} ${unit}; target ${cut(target)} ${unit}, so far ${cut(now)} ${unit}.${todo}`;
}

/** One sentence or two: what is the matter, and what to do. */
export function noticeText(notice: DemandNotice, language: Language): string {
  const { kind, level, before, name, period } = notice;
  const span = `${clock(period.start)}–${clock(period.end)}`;
  if (kind === 'raised' && level) return raised(notice, level, language);
  const was = before ? levelName(before, language) : '';
  if (language === 'ja')
    return kind === 'eased' && level
      ? `デマンド${was}は${levelName(level, 'ja')}に下がりました: ${name} ${span}。`
      : `デマンド${was}は解除されました: ${name} ${span}。`;
  return kind === 'eased' && level
    ? `The demand ${was} came down to ${levelName(level, 'en')}: ${name} ${span}.`
    : `The demand ${was} is over: ${name} ${span}.`;
}

/** A mail of one alarm, or of several that came while no further mail was allowed. */
export function mailOf(
  notices: readonly DemandNotice[],
  language: Language,
): { readonly subject: string; readonly text: string } {
  const [first] = notices;
  if (!first) throw new RangeError('a mail about nothing');
  const worst = notices.reduce<DemandLevel>(
    (most, { level }) => (level && reaches(level, most) ? level : most),
    'caution',
  );
  const reach = levelName(worst, language);
  const subject =
    notices.length === 1
      ? language === 'ja'
        ? `[hakaru] デマンド${reach} ${first.siteName} ${first.name}`
        : `[hakaru] demand ${reach}: ${first.siteName}, ${first.name}`
      : language === 'ja'
        ? `[hakaru] デマンド${reach} ${first.siteName} ほか計 ${notices.length} 件`
        : `[hakaru] demand ${reach}: ${first.siteName}, ${notices.length} alarms`;
  const lines = notices.map(
    (notice) => `${notice.at.slice(0, 16).replace('T', ' ')}  ${noticeText(notice, language)}`,
  );
  const from = `hakaru ${first.site}/${first.gateway}`;
  return { subject, text: [...lines, '', PURPOSE[language], from, ''].join('\n') };
}
