/** What reports must know beside the database: factors with their sources, and the rule sets. */
import { loadFactors } from '../config/factors.ts';
import { loadReportFactors } from '../config/report-factors.ts';
import { loadRuleSets } from '../config/rule-sets.ts';
import { formatMicro, multiply, rational, toMicro } from './domain/rational.ts';
import type { DatedValue } from './domain/report/factors.ts';
import { hourGrid } from './platform/hour-grid.ts';
import { VERSION } from './platform/version.ts';
import type { ReportKnowledge } from './report/reporter.ts';

/** GJ per 1000 units: how factors to kWh are printed by the law. */
const GJ_PER_THOUSAND = rational(36n, 10n);

/** Looks up which dated value of config/factors a label such as `city-gas-13a (45 GJ/1000 m³, …)` is. */
export function factorValueOf(): ReportKnowledge['factorValue'] {
  const factors = loadFactors();
  return (label, date): DatedValue | null => {
    const found = factors.get(label.split(' (')[0] ?? '');
    const value = found?.values.find(
      ({ validFrom, validTo, label: own }) =>
        own === label && validFrom <= date && (validTo === null || date <= validTo),
    );
    if (!found || !value) return null;
    const gj = multiply(value.kwhPerUnit, GJ_PER_THOUSAND);
    return {
      ...value,
      value: value.kwhPerUnit,
      printed: `${formatMicro(toMicro(gj))} GJ/1000 ${found.unit}`,
    };
  };
}

/** @throws ConfigError `data-file-invalid`; CodedError `file-missing` */
export function reportKnowledge(): ReportKnowledge {
  return {
    ruleSets: loadRuleSets(),
    factors: loadReportFactors(),
    factorValue: factorValueOf(),
    gridOf: hourGrid,
    version: VERSION,
  };
}
