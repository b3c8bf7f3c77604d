/** A site with one gas or steam meter, and what the ledger is told of it. */
import { channelSpecs } from '../../config/channel-specs.ts';
import { loadFactors, readFactor } from '../../config/factors.ts';
import { checkSiteText, type SiteKnowledge } from '../../config/load-site.ts';
import type { ConfigProblem } from '../../config/types.ts';
import type { Language } from '../../gateway/domain/faults.ts';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import { type FixedFactor, isFixed } from '../../gateway/domain/thermo/kwh-factor.ts';
import { known as base } from '../config/known.ts';

const HEAD = `site: { id: factory, gridArea: tokyo }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: plc.local }
meters:
`;

/** Two fiscal years with a hole between 2025-03-31 and 2026-04-01. */
const DATED = `title: Dated
per: 1 m3
state: metered
values:
  - { gj: 0.036, label: old, validFrom: "2023-04-01", validTo: "2025-03-31", source: S, confidence: M }
  - { gj: 0.0432, label: new, validFrom: "2026-04-01", validTo: null, source: S, confidence: M }
`;

function dated() {
  const { value, problems } = readFactor(DATED, 'dated');
  if (!value) throw new Error(JSON.stringify(problems));
  return value;
}

export const known: SiteKnowledge = {
  ...base,
  factors: new Map([...loadFactors(), ['dated', dated()]]),
};

export const GAS =
  'line: lan, unit: 1, type: test-pulses, input: 1, pulseWeight: 0.1 m3, role: gas, rated: 60 m3/h';
export const STEAM =
  'line: lan, unit: 1, type: test-pulses, input: 1, pulseWeight: 10 kg, role: steam, rated: 6 t/h';

/** @param others further meters of the site */
export function siteText(fields: string, others = ''): string {
  return `${HEAD}  m: { ${fields} }${others}\n`;
}

export function problemsOf(fields: string, language: Language = 'en', others = ''): readonly ConfigProblem[] {
  return checkSiteText('/etc/site.yaml', siteText(fields, others), { knowledge: known, language }).problems;
}

export function specOf(fields: string): ChannelSpec {
  const { site, problems } = checkSiteText('/etc/site.yaml', siteText(fields), { knowledge: known });
  const [spec] = site ? channelSpecs(site) : [];
  if (!spec) throw new Error(JSON.stringify(problems, null, 1));
  return spec;
}

/** The one factor of a meter. */
export function factorOf(fields: string): FixedFactor {
  const { kwhFactors } = specOf(fields);
  const [factor] = kwhFactors;
  if (!factor || !isFixed(factor) || kwhFactors.length !== 1) throw new Error(`${kwhFactors.length} factors`);
  return factor;
}
