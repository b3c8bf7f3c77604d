/** `hakaru check FILE`: judges a site file and opens no connection. */

import { channelSpecs } from '../../config/channel-specs.ts';
import { formatProblems } from '../../config/format-problems.ts';
import { checkSite } from '../../config/load-site.ts';
import type { LineBudget, SiteConfig } from '../../config/types.ts';
import { lineBudgets } from '../../drivers/modbus/bus-budget.ts';
import type { Language } from '../domain/faults.ts';
import type { ChannelUnit } from '../domain/meters.ts';
import { formatFraction } from '../domain/rational.ts';
import { factorLines } from '../domain/thermo/factor-lines.ts';
import { isFixed, type KwhFactor } from '../domain/thermo/kwh-factor.ts';
import { liveLines } from '../domain/thermo/live-lines.ts';
import { type Console, words } from './console.ts';
import { table } from './table.ts';

function budgetRow({ line, meters, requests, roundMs, longestMs, share }: LineBudget): string[] {
  return [
    line,
    String(meters),
    String(requests),
    `${roundMs} ms`,
    `${longestMs} ms`,
    `${Math.round(share * 100)} %`,
  ];
}

interface ShownFactor {
  readonly meter: string;
  readonly channel: string;
  readonly from: string | null;
  readonly to: string | null;
  /** kWh per native unit as an exact fraction; null where each half-hour has its own. */
  readonly kwhPerUnit: string | null;
  /** How it came about, line by line. */
  readonly text: readonly string[];
}

function factorText(factor: KwhFactor, unit: ChannelUnit, language: Language): readonly string[] {
  if (factor.live) return liveLines(factor, factor.live, unit, language);
  return isFixed(factor) ? factorLines(factor, unit, language) : [];
}

/** The factors to kWh that need an explanation: those of gas, steam and heat by a factor. */
function siteFactors(site: SiteConfig, language: Language): ShownFactor[] {
  return channelSpecs(site).flatMap(({ meter, channel, unit, kwhFactors }) =>
    kwhFactors
      .filter(({ label }) => label !== null)
      .map((factor) => ({
        meter,
        channel,
        from: factor.from,
        to: factor.to,
        kwhPerUnit: factor.kwhPerUnit && formatFraction(factor.kwhPerUnit),
        text: factorText(factor, unit, language),
      })),
  );
}

/** @returns 0 when the file is good, with or without warnings, 2 when it is not */
export function check(console: Console, file: string, options: { readonly json?: boolean }): number {
  const { language } = console;
  const { site, problems, warnings, source } = checkSite(file, { language, budget: lineBudgets });
  const lines = site ? lineBudgets(site) : [];
  const factors = site ? siteFactors(site, language) : [];
  if (options.json) {
    console.out(JSON.stringify({ file, ok: site !== null, problems, warnings, lines, factors }, null, 2));
    return site === null ? 2 : 0;
  }
  if (site === null) {
    console.say(formatProblems(file, source, problems, language));
    return 2;
  }
  if (warnings.length > 0) console.say(formatProblems(file, source, warnings, language, 'warning'));
  const facts = { file, meters: site.meters.length, lines: site.lines.length };
  console.out(
    words(
      console,
      {
        en: '{file}: good ({meters} meters on {lines} lines).',
        ja: '{file}: 正常です (メーター {meters} 台、回線 {lines} 本)。',
      },
      facts,
    ),
  );
  const header = words(console, {
    en: 'line|meters|requests|a round takes|at most|busy',
    ja: '回線|台数|問い合わせ|1 周の時間|最長|使用率',
  }).split('|');
  console.out(table(header, lines.map(budgetRow), new Set([1, 2, 3, 4, 5])));
  for (const { meter, channel, text } of factors)
    console.out([`${meter}/${channel}: ${text[0]}`, ...text.slice(1).map((line) => `  ${line}`)].join('\n'));
  return 0;
}
