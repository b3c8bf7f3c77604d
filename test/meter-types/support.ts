/** A meter of the site file as the loader makes it, against a device on a real socket. */
import {
  checkSiteText,
  loadSiteKnowledge,
  type SiteCheck,
  type SiteKnowledge,
} from '../../config/load-site.ts';
import type { ConfigProblem, MeterConfig, SiteConfig } from '../../config/types.ts';
import { lineBudgets } from '../../drivers/modbus/bus-budget.ts';
import { createDevice, type Field, type SimDevice } from '../../simulators/devices/device.ts';

/** @param lines and `meters`: what stands in the braces of each */
export function siteCheck(
  lines: string,
  meters: string,
  knowledge: SiteKnowledge = loadSiteKnowledge(),
): SiteCheck {
  const text = `site: { id: factory, gridArea: tokyo }
gateway: { id: gw1 }
lines: { ${lines} }
meters:
${meters
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;
  return checkSiteText('/etc/hakaru/site.yaml', text, { budget: lineBudgets, knowledge });
}

/** @throws Error with the problems */
export function sound(check: SiteCheck): SiteConfig {
  if (!check.site) throw new Error(JSON.stringify(check.problems));
  return check.site;
}

export function meterOf(site: SiteConfig, id: string): MeterConfig {
  const found = site.meters.find((meter) => meter.id === id);
  if (!found) throw new Error(`no meter ${id}`);
  return found;
}

export const reasons = (problems: readonly ConfigProblem[]): string[] =>
  problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`);

/** Words that a test may change while the device is asked. */
export function deviceOf(
  unit: number,
  words: Map<number, number>,
  onRead?: (address: number) => void,
): SimDevice {
  const field = (address: number): Field | null =>
    words.has(address)
      ? {
          address,
          size: 1,
          words: () => {
            const value = words.get(address) ?? 0;
            onRead?.(address);
            return [value];
          },
        }
      : null;
  return createDevice({ unit, functions: [3], maxRegisters: 125, fields: [], fieldAt: field });
}
